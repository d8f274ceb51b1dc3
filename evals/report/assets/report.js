
"use strict";
(() => {
  const form = document.querySelector("form.filter");
  if (!form) return;
  const cases = [...document.querySelectorAll("details.case")];
  const told = form.querySelector("output");
  const apply = () => {
    const wanted = new FormData(form);
    const words = String(wanted.get("text")).toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const one of cases) {
      const tags = JSON.parse(one.dataset.tags);
      const fits = (name, has) => !wanted.get(name) || has(wanted.get(name));
      const show =
        fits("kind", (kind) => kind === one.dataset.kind) &&
        fits("outcome", (outcome) => outcome === one.dataset.outcome) &&
        fits("tag", (tag) => tags.includes(tag)) &&
        (!words.length || words.every((word) => one.textContent.toLowerCase().includes(word)));
      one.hidden = !show;
      shown += show ? 1 : 0;
    }
    for (const group of document.querySelectorAll(".cases"))
      group.hidden = !group.querySelector("details.case:not([hidden])");
    told.textContent = `${shown} of ${cases.length} cases`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  // Not the event "reset": it comes before the fields are empty, so the cases would lag behind.
  form.querySelector("[data-clear]").addEventListener("click", () => {
    form.reset();
    apply();
  });
  form.querySelector("[data-open]").addEventListener("click", () => {
    const visible = cases.filter((one) => !one.hidden);
    const open = visible.some((one) => !one.open);
    for (const one of visible) one.open = open;
  });
  form.hidden = false;
  apply();
})();
