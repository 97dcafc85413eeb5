// The own place: says it when the token is called, as loudly as this phone allows.
(() => {
  "use strict";
  const doc = document, title = doc.title, told = doc.getElementById("tell-state");
  const now = () => doc.getElementById("place")?.dataset || {};
  let before = now().state, asked = false, timer;

  function alertCalled({ token, news }) {
    clearInterval(timer);
    let on = true;
    doc.title = `${token}: ${news}`;
    timer = setInterval(() => { on = !on; doc.title = on ? `${token}: ${news}` : title; }, 1500);
    navigator.vibrate?.([400, 200, 400, 200, 400]);
    if (window.Notification?.permission === "granted") {
      try { new Notification(`Token ${token}`, { body: news, tag: "place" }); } catch { /* some phones allow it to apps only */ }
    }
  }

  // The button only exists with scripts, and once it was pressed it has nothing more to say.
  function offer() {
    const button = doc.getElementById("tell-me");
    if (button) button.hidden = asked;
  }

  doc.addEventListener("part-renewed", () => {
    const place = now();
    if (place.state === "called" && before !== "called") alertCalled(place);
    if (place.state !== "called") { clearInterval(timer); doc.title = title; }
    if (place.state !== "waiting" && told) told.textContent = "";
    before = place.state;
    offer();
  });

  doc.addEventListener("click", async (event) => {
    if (!event.target.closest("#tell-me")) return;
    asked = true;
    navigator.vibrate?.(100);
    const may = window.Notification ? await Notification.requestPermission() : "denied";
    told.textContent = may === "granted"
      ? "You get a notification when your token is called. Keep this page open."
      : "Keep this page open: its title changes and the phone vibrates when your token is called.";
    offer();
  });

  if (before === "called") doc.title = `${now().token}: ${now().news}`;
  offer();
})();
