//! Nothing of anybody's health stands in logs, addresses or what the browser keeps (P28): canaries go through every form of
//! the consulting room at a desk and of a phone, and are looked for afterwards.

use std::io::Write;
use std::sync::{Arc, Mutex};

use infirmary::access::model::Role;
use tracing_subscriber::EnvFilter;

use crate::support::Clinic;
use crate::support::chromium::{self, Device, Window};

/// Fills every empty line and text of a form with a canary each and ticks the first of each choice; how many it used.
const FILL: &str = "const [selector, from] = arguments; let used = 0;
    const form = document.querySelector(selector);
    for (const open of form.querySelectorAll('details')) open.open = true;
    for (const field of form.querySelectorAll('input:not([type]), input[type=text], textarea')) {
        if (field.value || field.inputMode === 'decimal' || field.inputMode === 'numeric') continue;
        // What is typed into a row and not added stops signing.
        if (/^(dx|rx|pr)_/.test(field.name)) continue;
        const canary = 'canary' + String(from + used).padStart(3, '0') + 'q';
        field.value = field.id === 'since' ? canary.slice(0, 40) : canary;
        field.dispatchEvent(new Event('input', { bubbles: true }));
        used += 1;
    }
    const names = new Set([...form.querySelectorAll('input[type=radio]')].map((one) => one.name));
    for (const name of names) if (!form.querySelector(`input[name=\"${name}\"]:checked`)) form.querySelector(`input[name=\"${name}\"]`).checked = true;
    for (const choice of form.querySelectorAll('select')) if (!choice.value && choice.options.length > 1) choice.selectedIndex = 1;
    return used;";

/// What scripts can see of what the browser keeps: addresses, stores, caches, databases.
const KEPT: &str = "const done = arguments[arguments.length - 1];
    (async () => {
        const kept = [location.href, document.referrer, JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie];
        kept.push(...performance.getEntries().map((entry) => entry.name));
        for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) {
                kept.push(request.url, await (await cache.match(request)).text());
            }
        }
        for (const base of await indexedDB.databases()) kept.push(base.name);
        return kept;
    })().then(done);";

/// A log that can be read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Canaries on their way, and what was seen of addresses and stores.
struct Flight {
    used: i64,
    kept: Vec<String>,
}

impl Flight {
    async fn fill(&mut self, window: &Window, path: &str, form: &str) {
        window.goto(path).await;
        let used = window.page.execute(FILL, vec![form.into(), self.used.into()]).await.unwrap();
        self.used += used.as_i64().unwrap();
    }

    /// Presses a button and waits for the page that it leads to.
    async fn press(&mut self, window: &Window, button: &str) {
        window.page.execute("window.before = true", vec![]).await.unwrap();
        window.press(button).await;
        let there = "return !window.before && document.readyState === 'complete'";
        for _ in 0..100 {
            if window.page.execute(there, vec![]).await.is_ok_and(|there| there == true) {
                return self.look(window).await;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{button} led nowhere");
    }

    async fn send(&mut self, window: &Window, form: &str) {
        self.press(window, &format!("{form} button[type=submit]:not(.visually-hidden)")).await;
    }

    async fn look(&mut self, window: &Window) {
        let kept = window.page.execute_async(KEPT, vec![]).await.unwrap();
        let kept = kept.as_array().unwrap().iter().map(|one| one.as_str().unwrap_or_default().to_owned());
        self.kept.extend(kept);
    }
}

fn holds(bytes: &[u8]) -> bool {
    let wide: Vec<u8> = "canary".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let found = |what: &[u8]| {
        bytes.windows(what.len() + 4).any(|part| {
            // "canary" alone may be a word of the browser's own; ours go on with digits.
            part.starts_with(what) && part[what.len()].is_ascii_digit()
        })
    };
    found(b"canary") || found(&wide)
}

/// A file and what stands before the first canary in it.
fn around((path, bytes): &(String, Vec<u8>)) -> String {
    let text: String =
        bytes.iter().filter(|byte| byte.is_ascii_graphic()).map(|byte| char::from(*byte)).collect();
    let at = text.find("canary").unwrap_or(0);
    format!("{path}: {}", &text[at.saturating_sub(200)..(at + 30).min(text.len())])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_canaries_of_health_leave_no_trace_in_logs_addresses_and_browsers() {
    if !chromium::is_here() {
        return;
    }
    let log = Log::default();
    let writer = log.clone();
    let everything = EnvFilter::new("infirmary=trace,tower_http=trace,axum=trace,sqlx=trace");
    tracing_subscriber::fmt().with_env_filter(everything).with_writer(move || writer.clone()).init();
    let clinic = Clinic::on_sqlite().await;
    clinic.allergens().await;
    infirmary::laboratory::ensure_catalogue(&clinic.app.db).await.unwrap();
    clinic.staff("doctor", &[Role::Doctor]).await;
    let id = clinic.treated("Ada Obi").await;
    let visit = clinic.count("select max(id) from visit").await;
    let desk = Window::open(&clinic, Device::Desk, true).await;
    desk.sign_in("doctor").await;
    desk.reads(".who", "doctor").await;

    let mut flight = Flight { used: 0, kept: Vec::new() };
    let consult = format!("/visits/{visit}/consultation");
    flight.fill(&desk, &consult, "#consultation").await;
    desk.reads("#saved", "Saved").await;
    flight.look(&desk).await;
    flight.press(&desk, "#consultation button[value=sign]").await;
    for kind in ["condition", "surgery", "alert", "family"] {
        flight.fill(&desk, &format!("/patients/{id}/health/entries/new?kind={kind}"), "#entry").await;
        flight.send(&desk, "#entry").await;
    }
    for _ in 0..3 {
        flight.fill(&desk, &format!("/patients/{id}/allergies/new"), "#allergy").await;
        flight.send(&desk, "#allergy").await;
    }
    flight.fill(&desk, &format!("/visits/{visit}/vitals"), "#vitals").await;
    desk.fill("pulse", "72").await;
    flight.send(&desk, "#vitals").await;
    // A browser keeps the body of a form that was refused with its history (docs/security.md), so all here are accepted.
    flight.fill(&desk, &format!("/visits/{visit}/tests"), "#order").await;
    desk.press("#order input[name=test]").await;
    flight.send(&desk, "#order").await;
    while flight.used < 50 {
        flight.fill(&desk, &consult, "#consultation").await;
        flight.press(&desk, "#consultation button[value=sign]").await;
    }
    for page in ["", "/health", "/timeline", "/vitals"] {
        desk.goto(&format!("/patients/{id}{page}")).await;
        flight.look(&desk).await;
    }

    // They did arrive: the record shows them.
    let phone = Window::open(&clinic, Device::Phone, true).await;
    let shown = desk.page.source().await.unwrap();
    assert!(shown.len() > 1_000);
    let kept = "select count(*) from note where complaint like 'canary%' and advice like 'canary%'";
    assert!(clinic.count(kept).await >= 1, "the note never arrived");
    assert!(clinic.count("select count(*) from health_entry where words like 'canary%'").await >= 3);
    assert!(clinic.count("select count(*) from allergy where substance like 'canary%'").await >= 1);

    clinic.phone_of(id).await;
    phone.sign_in(&format!("phone{id}")).await;
    for page in ["/", "/my/record", "/my/results", "/my/saved", "/my/record/openings"] {
        phone.goto(page).await;
        flight.look(&phone).await;
    }
    let (at_desk, at_phone) = (desk.left_behind().await, phone.left_behind().await);
    assert!(flight.used >= 50 && flight.kept.len() > 50 && at_desk.len() > 20 && at_phone.len() > 20);
    let kept: Vec<&String> = flight.kept.iter().filter(|one| holds(one.as_bytes())).collect();
    assert!(kept.is_empty(), "kept by scripts: {kept:?}");
    let files: Vec<String> =
        at_desk.iter().chain(&at_phone).filter(|file| holds(&file.1)).map(around).collect();
    assert!(files.is_empty(), "left on a disk: {files:?}");
    let log = log.0.lock().unwrap().clone();
    assert!(log.len() > 10_000, "the log is too short to tell anything: {} bytes", log.len());
    let lines: Vec<String> = log
        .split(|byte| *byte == b'\n')
        .filter(|line| holds(line))
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    assert!(lines.is_empty(), "logged: {lines:?}");
    // The search itself can find one.
    assert!(
        holds(b"of canary007q.")
            && holds("canary007q".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>().as_slice())
    );
}
