// Keys for those who work here all day. They act only while the focus is inside the part they belong to,
// so a single letter never surprises anybody who types or dictates elsewhere (WCAG 2.1.4).
const typing = (target) => target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");
const plain = (event) => !event.ctrlKey && !event.metaKey && !event.altKey;

// J and K walk the rows of a queue; Enter is the link's own.
document.addEventListener("keydown", (event) => {
  const queue = event.target.closest?.("[data-queue], .app-table-scroll:has([data-queue])");
  const step = { j: 1, k: -1 }[event.key.toLowerCase()];
  if (!queue || !step || typing(event.target) || !plain(event)) return;
  const links = [...queue.querySelectorAll(".app-queue__open")];
  const here = links.findIndex((link) => link.closest("tr").contains(event.target));
  const next = links[here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step];
  if (next) next.focus();
  event.preventDefault();
});

// Inside [data-keys], the key named by data-key chooses: a button or a link is pressed, a choice is checked.
// After a choice the focus is where its reason is written.
document.addEventListener("keydown", (event) => {
  const part = event.target.closest?.("[data-keys]");
  if (!part || typing(event.target) || !plain(event)) return;
  const chosen = part.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]:not([disabled])`);
  if (!chosen) return;
  event.preventDefault();
  chosen.focus();
  chosen.click();
  if (chosen.matches("input")) chosen.form?.querySelector("[data-reason]")?.focus();
});

// In a reason, Ctrl+Enter records, and Escape goes back to what was chosen.
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-keys] form");
  if (!form) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("button:not([type=button])"));
  }
  if (event.key === "Escape" && event.target.matches("[data-reason]")) {
    (form.querySelector("[data-key]:checked") ?? form.querySelector("[data-key]"))?.focus();
  }
});
