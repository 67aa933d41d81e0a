() => {
  const label = () => {
    for (const [id, name] of Object.entries(NAMES)) {
      document.getElementById(id)?.setAttribute("aria-label", name);
    }
  };
  label();
  // The steps of a tab are made when it is first opened.
  new MutationObserver(label).observe(document.getElementById("tabs"), { childList: true, subtree: true });
  // A link to a tab, from within the page (#tab-threshold) or in the address (?tab=threshold).
  const open = (name) => document.getElementById(`tab-${name}-button`)?.click();
  const wanted = new URLSearchParams(location.search).get("tab") ?? "";
  if (/^[a-z]+$/.test(wanted)) open(wanted);
  document.addEventListener("click", (event) => {
    const tab = event.target.closest('a[href^="#tab-"]');
    if (tab) {
      event.preventDefault();
      open(tab.hash.slice(5));
      window.scrollTo(0, 0);
      return;
    }
    const link = event.target.closest('a[href^="#term-"]');
    if (!link) return;
    event.preventDefault();
    document.getElementById("tab-read-button").click();
    let tries = 60;
    const show = () => {
      const term = document.getElementById(link.hash.slice(1));
      if (term?.checkVisibility()) {
        term.scrollIntoView({ block: "center" });
        term.focus();
      } else if (tries--) {
        requestAnimationFrame(show);
      }
    };
    show();
  });
}
