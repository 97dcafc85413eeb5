// The waiting room's screen: plays the calls one by one, keeps the clock, stays awake, renews itself at night.
(() => {
  "use strict";
  const doc = document, body = doc.body, calls = body.dataset.calls;
  const clock = doc.getElementById("clock");

  // The clock counts on from the server's time: the screen's own clock is not asked.
  if (clock) {
    const [hours, minutes, seconds] = clock.dataset.clock.split(":").map(Number);
    const began = performance.now(), start = hours * 3600 + minutes * 60 + seconds;
    setInterval(() => {
      const now = Math.floor(start + (performance.now() - began) / 1000) % 86400;
      const text = [Math.floor(now / 3600), Math.floor(now / 60) % 60].map((n) => String(n).padStart(2, "0")).join(":");
      if (clock.textContent !== text) clock.textContent = text;
      // Once a night, when nobody looks, the page begins anew: nothing piles up over weeks.
      if (now >= 10800 && now < 10860 && performance.now() - began > 3600000) location.reload();
    }, 1000);
  }

  // The screen must not sleep; the lock is lost whenever the page was hidden.
  const awake = () => { if (!doc.hidden) navigator.wakeLock?.request("screen").catch(() => {}); };
  doc.addEventListener("visibilitychange", awake);
  awake();

  if (!calls) return;
  const state = doc.getElementById("sound-state"), button = doc.getElementById("sound-on");
  let last = Number(body.dataset.played) || 0, sound, waiting = [], playing = false, asking = false, again = false;

  const say = (kind, words) => {
    if (!state) return;
    state.dataset.kind = kind;
    state.querySelector("span").textContent = words;
    const use = state.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, kind === "ok" ? "#sound" : "#mute"));
  };

  // A soft two-tone chime, shorter than a second.
  function chime() {
    if (!sound || sound.state !== "running") return Promise.resolve();
    const now = sound.currentTime;
    [[660, 0], [880, 0.25]].forEach(([pitch, after]) => {
      const tone = sound.createOscillator(), level = sound.createGain();
      tone.frequency.value = pitch;
      level.gain.setValueAtTime(0.0001, now + after);
      level.gain.exponentialRampToValueAtTime(0.4, now + after + 0.03);
      level.gain.exponentialRampToValueAtTime(0.0001, now + after + 0.5);
      tone.connect(level).connect(sound.destination);
      tone.start(now + after);
      tone.stop(now + after + 0.55);
    });
    return new Promise((done) => setTimeout(done, 850));
  }

  // Says a sentence; a browser that refuses or hangs holds nobody up for longer than ten seconds.
  const speak = (words) => new Promise((done) => {
    if (!window.speechSynthesis) { done(false); return; }
    const voice = new SpeechSynthesisUtterance(words);
    voice.lang = "en";
    voice.rate = 0.9;
    const limit = setTimeout(() => { speechSynthesis.cancel(); done(false); }, 10000);
    voice.onend = () => { clearTimeout(limit); done(true); };
    voice.onerror = (event) => { clearTimeout(limit); if (event.error === "not-allowed") off(); done(false); };
    speechSynthesis.speak(voice);
  });

  const off = () => { sound = undefined; say("wait", "Sound is off"); if (button) button.hidden = false; };

  async function play() {
    if (playing) return;
    playing = true;
    for (let call = waiting.shift(); call; call = waiting.shift()) {
      if (!sound) continue;
      await chime();
      await speak(call.say);
      await speak(call.say);
    }
    playing = false;
  }

  // Asks for every call after the last one played; a call that comes while another plays waits for its turn.
  async function ask() {
    if (asking) { again = true; return; }
    asking = true;
    do {
      again = false;
      try {
        const answer = await fetch(`${calls}?after=${last}`, { credentials: "same-origin" });
        if (answer.ok) {
          const news = await answer.json();
          // The oldest are let go when a screen was away for long: nobody waits for a call of an hour ago.
          waiting = waiting.concat(news.calls.filter((call) => call.id > last)).slice(-20);
          last = Math.max(last, news.last);
          play();
        }
      } catch { /* the connection's state is shown; the next question asks for the same calls */ }
    } while (again);
    asking = false;
  }

  if (button) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const Sound = window.AudioContext || window.webkitAudioContext;
      sound = Sound && new Sound();
      await sound?.resume();
      const spoken = await speak("Sound is on.");
      if (spoken || sound?.state === "running") {
        say("ok", spoken ? "Sound on" : "Chime only, no voice");
        button.hidden = true;
      } else off();
    });
  }
  doc.addEventListener("live-changed", ask);
  setInterval(ask, 10000);
})();
