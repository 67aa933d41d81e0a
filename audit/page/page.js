() => {
  const label = () => {
    for (const [id, name] of Object.entries(NAMES)) {
      document.getElementById(id)?.setAttribute("aria-label", name);
    }
    // Buttons of one question get one name: then the arrow keys walk through them, as in any form.
    for (const group of document.querySelectorAll("fieldset")) {
      const buttons = group.querySelectorAll("input[type=radio]");
      for (const button of buttons) button.name = buttons[0].name;
    }
    // The stepper lets one go back only. A step ahead that is open has an unseen button of its own, pressed here.
    for (const step of document.querySelectorAll(".step-button")) {
      const way = document.getElementById(step.id.replace(/button$/, "go"));
      if (way) {
        step.disabled = false;
        step.ariaDisabled = "false";
        step.onclick = (event) => {
          event.stopPropagation();
          way.click();
        };
      } else if (step.onclick) {
        step.onclick = null;
        step.disabled = step.classList.contains("pending");
        step.ariaDisabled = String(step.disabled);
      }
    }
  };
  label();
  // The steps of a tab are made when it is first opened.
  new MutationObserver(label).observe(document.getElementById("tabs"), { childList: true, subtree: true });
  // A link to a tab, from within the page (#tab-threshold) or in the address (?tab=threshold).
  const open = (name) => document.getElementById(`tab-${name}-button`)?.click();
  const wanted = new URLSearchParams(location.search).get("tab") ?? "";
  if (/^[a-z]+$/.test(wanted)) open(wanted);
  // The glossary opens over the screen, so that nobody loses their place; Escape closes it and gives the focus back.
  document.addEventListener("click", (event) => {
    const tab = event.target.closest('a[href^="#tab-"]');
    if (tab) {
      event.preventDefault();
      open(tab.hash.slice(5));
      window.scrollTo(0, 0);
      return;
    }
    const link = event.target.closest('a[href^="#term-"]');
    if (!link && !event.target.closest(".cv-words")) return;
    const glossary = document.getElementById("glossary");
    const term = link && glossary?.querySelector(link.hash);
    if (!glossary || (link && !term)) return;
    event.preventDefault();
    if (!glossary.open) glossary.showModal();
    glossary.scrollTop = 0;
    if (term) {
      term.scrollIntoView({ block: "center" });
      term.focus();
    }
  });
  document.body.dataset.caveat = "ready";
}
