(() => {
  const r = document.documentElement;
  r.dataset.js = "";
  try {
    const t = localStorage.getItem("lastack:theme");
    if (t === "light" || t === "dark") r.dataset.theme = t;
  } catch {}
})();
