// Tells the style sheet that scripts run, wakes the framework's components, and closes what was left open.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
framework.initAll();

const menus = () => document.querySelectorAll("details.app-menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A link to a folded paragraph of the law opens it, and paper has all of them.
const unfold = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const part = target?.closest("details.app-law__part:not([open])");
  if (!part) return;
  part.open = true;
  target.scrollIntoView();
};
unfold();
window.addEventListener("hashchange", unfold);
let opened = [];
window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details.app-law__part:not([open])")];
  for (const part of opened) part.open = true;
});
window.addEventListener("afterprint", () => {
  for (const part of opened) part.open = false;
});

// What comes in by htmx has components too.
document.body.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) framework.initAll({ scope: event.detail.elt });
});
