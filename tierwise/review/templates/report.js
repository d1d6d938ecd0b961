// Makes the report quicker to read. Without it everything is there, one part after the other.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const root = document.documentElement;
  root.classList.add("js");

  // Colours: the reader's system decides until the reader does.
  const theme = document.getElementById("theme");
  let stored = null;
  try { stored = localStorage.getItem("tierwise-theme"); } catch { /* a page without storage forgets */ }
  const paint = (value) => {
    if (value === "light" || value === "dark") root.dataset.theme = value; else delete root.dataset.theme;
  };
  if (stored === "light" || stored === "dark") { theme.value = stored; paint(stored); }
  theme.addEventListener("change", () => {
    paint(theme.value);
    try { localStorage.setItem("tierwise-theme", theme.value); } catch { /* as above */ }
  });

  // Tabs (https://www.w3.org/WAI/ARIA/apg/patterns/tabs/): arrows, Home and End move, and what is reached is shown.
  for (const stack of all("section.stack")) {
    const panels = all(".panel", stack);
    if (panels.length < 2) continue;
    const list = document.createElement("div");
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", "Parts of the review of " + stack.dataset.key);
    const tabs = panels.map((panel) => {
      const heading = panel.querySelector("h3");
      const tab = document.createElement("button");
      tab.type = "button";
      tab.id = panel.id + "-tab";
      tab.textContent = heading.textContent;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", panel.id);
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      panel.tabIndex = 0;
      heading.hidden = true;
      list.append(tab);
      return tab;
    });
    const choose = (index, focus) => {
      tabs.forEach((tab, number) => {
        tab.setAttribute("aria-selected", String(number === index));
        tab.tabIndex = number === index ? 0 : -1;
        panels[number].hidden = number !== index;
      });
      if (focus) tabs[index].focus();
    };
    tabs.forEach((tab, index) => {
      tab.addEventListener("click", () => choose(index, false));
      tab.addEventListener("keydown", (event) => {
        const last = tabs.length - 1;
        const next = { ArrowRight: index === last ? 0 : index + 1, ArrowLeft: index === 0 ? last : index - 1, Home: 0, End: last }[event.key];
        if (next === undefined) return;
        event.preventDefault();
        choose(next, true);
      });
    });
    panels[0].before(list);
    choose(0, false);
  }

  // One stack at a time.
  const views = all("main > section");
  const links = all("nav a");
  const show = (focus) => {
    const id = decodeURIComponent(location.hash.slice(1));
    const chosen = views.find((view) => view.id === id) || views[0];
    for (const view of views) view.hidden = view !== chosen;
    for (const link of links) {
      if (link.hash === "#" + chosen.id) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
    }
    if (focus) {
      chosen.querySelector("h2").focus();
      scrollTo(0, 0);
    }
  };
  if (views.length > 1) {
    addEventListener("hashchange", () => show(true));
    show(false);
    addEventListener("load", () => scrollTo(0, 0));
  }

  // Search: a resource is shown with all that it is part of.
  for (const box of all("input[type=search]")) {
    const tree = document.getElementById(box.getAttribute("aria-controls"));
    const status = document.getElementById(box.getAttribute("aria-describedby"));
    const items = all("li", tree);
    const words = items.map((item) => item.dataset.text || (item.dataset.text = (item.querySelector("summary") || item).textContent.toLowerCase()));
    box.addEventListener("input", () => {
      const wanted = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      let found = 0;
      const shown = new Set();
      items.forEach((item, index) => {
        if (!wanted.every((word) => words[index].includes(word))) return;
        found += 1;
        for (let node = item; node && node !== tree; node = node.parentElement.closest("li")) shown.add(node);
        if (wanted.length) all("li", item).forEach((child) => shown.add(child));
      });
      for (const item of items) item.hidden = !shown.has(item);
      if (wanted.length) for (const item of shown) { const fold = item.querySelector(":scope > details"); if (fold) fold.open = true; }
      status.textContent = wanted.length ? found + (found === 1 ? " resource matches" : " resources match") : items.length + " resources";
    });
  }
  for (const button of all("button[data-folds]")) {
    button.addEventListener("click", () => {
      const open = button.dataset.folds === "open";
      for (const fold of all("details", document.getElementById(button.getAttribute("aria-controls")))) fold.open = open;
    });
  }
  for (const tool of all(".needs-js")) tool.hidden = false;
})();
