// A patient's phone keeps the card and the next appointment for when there is no network.
(() => {
  "use strict";
  const workers = navigator.serviceWorker, doc = document;
  if (!workers) return;
  const tell = (word) => workers.ready.then((worker) => worker.active?.postMessage(word));
  workers.register("/sw.js").catch(() => {});
  if (["/", "/my/card", "/my/saved"].includes(location.pathname) || location.pathname.startsWith("/my/appointments")) tell("keep");
  doc.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action")?.startsWith("/sign-out")) tell("forget");
  });
})();
