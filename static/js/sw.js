// What a patient can read without a network: the own card with the next appointment, and a page that says why nothing
// else opens. Nothing else is ever kept. Signing out, or in as somebody else, forgets it.
"use strict";
const CACHE = "infirmary-1", OFFLINE = "/offline", SAVED = "/my/saved";
const SHOWS_SAVED = ["/", "/my/card", SAVED];
const FORGETS = ["/sign-in", "/sign-out", "/activate", "/account/"];
let epoch = 0;

// Keeps one page and the files it names. What was forgotten meanwhile is not brought back.
async function keep(path) {
  const before = epoch;
  const answer = await fetch(path, { credentials: "same-origin", cache: "no-store", redirect: "manual" });
  if (!answer.ok) return;
  const text = await answer.clone().text();
  if (before !== epoch) return;
  const cache = await caches.open(CACHE);
  await cache.put(path, answer);
  for (const [address] of text.matchAll(/\/static\/[^"'#\s]+/g)) {
    if (!(await cache.match(address))) await cache.add(address);
  }
}

async function isOld(path) {
  const kept = await (await caches.open(CACHE)).match(path);
  return !kept || Date.now() - Date.parse(kept.headers.get("date")) > 3600000;
}

function forget() {
  epoch += 1;
  return caches.delete(CACHE);
}

async function copyFor(path) {
  const cache = await caches.open(CACHE);
  const saved = SHOWS_SAVED.includes(path) && await cache.match(SAVED);
  return saved || await cache.match(OFFLINE) || Response.error();
}

self.addEventListener("install", (event) => event.waitUntil(keep(OFFLINE).then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(
  caches.keys()
    .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()),
));
self.addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(forget());
  if (event.data === "keep") {
    event.waitUntil(isOld(OFFLINE).then((old) => old && keep(OFFLINE)).then(() => keep(SAVED)).catch(() => {}));
  }
});
self.addEventListener("fetch", (event) => {
  const { request } = event, { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method !== "GET") {
    if (FORGETS.some((path) => pathname.startsWith(path))) event.waitUntil(forget());
  } else if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => copyFor(pathname)));
  } else if (pathname.startsWith("/static/")) {
    event.respondWith(fetch(request).catch(async () => await caches.match(request.url) || Response.error()));
  }
});
