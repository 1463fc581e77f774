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

// What comes in by htmx has components too.
document.body.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) framework.initAll({ scope: event.detail.elt });
});
