//! One fault stays one fault (P35): in every route a panic, a database that fails and one that does not answer, at
//! every moment at which its handler waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use axum::http::Method;
use infirmary::db::{DbKind, sql};
use infirmary::web::routes::{Access, Route};

use super::digest::{RESTLESS, Tables, changed};
use super::forms::{APART, Form, HONEST, Sent, World};
use super::{filled, none, routes};
use crate::support::faults::{ASK, DONE, Faults};
use crate::support::{Browser, Clinic, Seen, eventually};

/// No handler waits so often.
const MOMENTS: u32 = 200;

/// Every moment on SQLite; every third on PostgreSQL, where each broken connection is opened anew.
fn moments(clinic: &Clinic) -> impl Iterator<Item = u32> + use<> {
    let step = if clinic.app.db.kind() == DbKind::Sqlite { 1 } else { 3 };
    (0..MOMENTS).step_by(step)
}

struct Proof {
    clinic: Clinic,
    faults: Faults,
    world: World,
    tables: Tables,
    found: Vec<String>,
    tried: u32,
}

/// What comes back from a broken request: the page with the request's id, nothing of what happened inside.
fn is_our_page(seen: &Seen, statuses: &[u16]) -> bool {
    let id = seen.headers.get("x-request-id").map(|id| id.to_str().unwrap().to_owned()).unwrap_or_default();
    let waits = seen.status != 503 || seen.headers.contains_key("retry-after");
    let inside =
        ["fault that a test", "panicked", "select ", "sqlx", "interrupted", "terminating connection"];
    statuses.contains(&seen.status)
        && waits
        && !id.is_empty()
        && seen.body.contains(&id)
        && !inside.iter().any(|words| seen.body.contains(words))
}

impl Proof {
    async fn of((clinic, faults): (Clinic, Faults)) -> Self {
        let (world, tables) = (World::new(&clinic).await, Tables::of(&clinic).await);
        Proof { clinic, faults, world, tables, found: Vec::new(), tried: 0 }
    }

    fn browser(&self, route: &Route) -> &Browser {
        if route.access == Access::Patient { &self.world.patient } else { &self.world.boss }
    }

    /// Breaks a page in every moment.
    async fn page(&mut self, route: &Route, kind: &str, statuses: &[u16]) {
        let path = self.world.address(route.path);
        let browser = self.browser(route).clone();
        for moment in moments(&self.clinic) {
            let request = browser.request(Method::GET, &path).header(ASK, format!("{kind} {moment}"));
            let answer = request.send().await.unwrap();
            let done = answer.headers().contains_key(DONE);
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            self.faults.mend().await;
            if status < 400 && !done {
                return;
            }
            // A stream that was let in would never end.
            let body = if status < 400 { String::new() } else { answer.text().await.unwrap() };
            let seen = Seen { status, headers, body, path: path.clone() };
            self.tried += 1;
            if status >= 500 && !is_our_page(&seen, statuses) {
                self.found.push(format!("GET {path}, {kind} {moment}: {status}\n{}", seen.body));
            }
            if status < 500 && kind == "panic" && done {
                self.found.push(format!("GET {path}, {kind} {moment}: {status}"));
            }
            if status < 500 && !done && moment > 0 {
                return;
            }
        }
        self.found.push(format!("GET {path} never came to its end"));
    }

    /// A password that is asked for counts its tries on their own. A broken request may still be giving its lock back.
    async fn forget_tries(&self) {
        eventually(async || sql("delete from throttle").run(&self.clinic.app.db).await.is_ok()).await;
    }

    async fn operations(&self, sent: &Sent) -> i64 {
        sql("select count(*) from operation where op = $1")
            .bind(&sent.op)
            .scalar(&self.clinic.app.db)
            .await
            .unwrap()
    }

    /// Breaks a form in every moment until it goes through: before its commit nothing is there, after it everything.
    async fn form(&mut self, form: &Form, kinds: &[(&str, &[u16])]) {
        let sent = form.filled().await;
        let (before, trail) = (self.tables.now().await, self.clinic.count(TRAIL).await);
        let mut through = false;
        'moments: for (turn, moment) in moments(&self.clinic).enumerate() {
            for (kind, statuses) in kinds {
                let ask = format!("{kind} {moment}");
                self.forget_tries().await;
                let seen = form.send(&sent, &[HONEST, (ASK, &ask)]).await;
                self.faults.mend().await;
                self.tried += 1;
                if seen.status >= 500 && !is_our_page(&seen, statuses) {
                    self.found.push(format!("POST {}, {ask}: {}\n{}", sent.path, seen.status, seen.body));
                }
                through = seen.status < 400 || self.operations(&sent).await == 1;
                if through {
                    break 'moments;
                }
                // Every change has its entry in the trail; whatever else there may be is looked for now and then.
                let half = match turn % 3 {
                    1 => changed(&before, &self.tables.now().await, &RESTLESS),
                    _ => Vec::new(),
                };
                if !half.is_empty() || self.clinic.count(TRAIL).await != trail {
                    self.found.push(format!("POST {}, {ask}: half an effect: {half:?}", sent.path));
                    break 'moments;
                }
            }
        }
        // Whoever presses again is led to the one effect.
        let again = form.send(&sent, &[HONEST]).await;
        let effects = self.clinic.count(TRAIL).await - trail;
        if !through || !matches!(again.status, 200 | 303) || self.operations(&sent).await != 1 || effects == 0
        {
            self.found.push(format!(
                "POST {}: {} at last, {effects} entries\n{}",
                sent.path, again.status, again.body
            ));
        }
    }

    async fn everywhere(&mut self, kinds: &[(&str, &[u16])]) {
        for (kind, statuses) in kinds {
            for route in routes(&Method::GET) {
                self.page(&route, kind, statuses).await;
            }
        }
        let forms = std::mem::take(&mut self.world.forms);
        for form in &forms {
            self.form(form, kinds).await;
        }
        // Forms without an operation: broken before they begin, and while they wait.
        for (path, _) in APART {
            for (kind, statuses) in kinds {
                for moment in [0, 1, 2] {
                    let form = Form::fields(
                        path,
                        &self.clinic.browser(),
                        "x",
                        &[("name", "boss"), ("password", "x")],
                    );
                    let seen =
                        form.send(&form.filled().await, &[HONEST, (ASK, &format!("{kind} {moment}"))]).await;
                    self.faults.mend().await;
                    self.tried += 1;
                    if seen.status >= 500 && !is_our_page(&seen, statuses) {
                        self.found
                            .push(format!("POST {path}, {kind} {moment}: {}\n{}", seen.status, seen.body));
                    }
                }
            }
        }
        self.clinic.has_all_its_connections().await;
        self.world.forms = forms;
    }
}

const TRAIL: &str = "select count(*) from audit_entry";

/// Somebody else works on meanwhile; returns how often, and every answer that was no page.
fn others(world: &World, stop: Arc<AtomicBool>) -> tokio::task::JoinHandle<(u32, Vec<u16>)> {
    let browser = world.boss.clone();
    tokio::spawn(async move {
        let (mut count, mut bad) = (0, Vec::new());
        while !stop.load(Ordering::SeqCst) {
            for path in ["/readyz", "/queues", "/account"] {
                let status = browser.get(path).await.status;
                count += 1;
                if status != 200 {
                    bad.push(status);
                }
            }
            tokio::time::sleep(std::time::Duration::from_millis(80)).await;
        }
        (count, bad)
    })
}

async fn panics(clinic: (Clinic, Faults)) {
    let mut proof = Proof::of(clinic).await;
    let stop = Arc::new(AtomicBool::new(false));
    let others = others(&proof.world, Arc::clone(&stop));
    proof.everywhere(&[("panic", &[500])]).await;
    stop.store(true, Ordering::SeqCst);
    let (count, bad) = others.await.unwrap();
    eprintln!("{} panics; {count} other requests, {} of them hurt", proof.tried, bad.len());
    assert!(count > 20 && bad.is_empty(), "{count} other requests, {bad:?}");
    none(&proof.found);
}

async fn broken(clinic: (Clinic, Faults)) {
    let mut proof = Proof::of(clinic).await;
    proof.everywhere(&[("database", &[500, 503])]).await;
    eprintln!("{} requests lost their database", proof.tried);
    none(&proof.found);
}

/// Somebody holds what every change needs: each form is told to come back, and nothing has happened.
async fn locked((clinic, faults): (Clinic, Faults)) {
    let world = World::new(&clinic).await;
    let (mut found, mut tables) = (Vec::new(), Tables::of(&clinic).await);
    let mut other = faults.somebody_else().await;
    for form in &world.forms {
        let sent = form.filled().await;
        let before = tables.now().await;
        other.holds().await;
        let seen = form.send(&sent, &[HONEST]).await;
        other.lets_go().await;
        let half = changed(&before, &tables.now().await, &[]);
        if !is_our_page(&seen, &[503]) || !half.is_empty() {
            found.push(format!("POST {}: {} {half:?}\n{}", sent.path, seen.status, seen.body));
        }
        let again = form.send(&sent, &[HONEST]).await;
        if !matches!(again.status, 200 | 303) {
            found.push(format!("POST {} again: {}\n{}", sent.path, again.status, again.body));
        }
    }
    clinic.has_all_its_connections().await;
    none(&found);
}

/// Every route hangs at once until the clinic's patience is over; others are served, and all is well afterwards.
async fn hanging((clinic, faults): (Clinic, Faults)) {
    let world = World::new(&clinic).await;
    let (late, mut tables) = (AtomicU32::new(0), Tables::of(&clinic).await);
    let before = tables.now().await;
    let table = infirmary::app::routes().table().to_vec();
    let asks = table.iter().map(|route| {
        let browser = if route.access == Access::Patient { &world.patient } else { &world.boss };
        let path =
            if route.method == Method::GET { world.address(route.path) } else { filled(route.path, "1") };
        let request =
            browser.request(route.method.clone(), &path).header(ASK, "hang 0").header(HONEST.0, HONEST.1);
        let late = &late;
        async move {
            let seen = browser.send(request, &path).await;
            late.fetch_add(1, Ordering::SeqCst);
            (!is_our_page(&seen, &[503]))
                .then(|| format!("{} {path}: {}\n{}", route.method, seen.status, seen.body))
        }
    });
    let everyone = futures::future::join_all(asks);
    let meanwhile = async {
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        for _ in 0..10 {
            world.boss.get("/queues").await.expect(200);
        }
        assert_eq!(late.load(Ordering::SeqCst), 0, "nobody was answered so soon");
    };
    let (found, ()) = futures::join!(everyone, meanwhile);
    none(&found.into_iter().flatten().collect::<Vec<_>>());
    none(&changed(&before, &tables.now().await, &RESTLESS));
    faults.mend().await;
    clinic.has_all_its_connections().await;
    // The forms that hung went on once they were let go, the sign-out among them.
    clinic.browser().get("/sign-in").await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_at_any_moment_of_any_route_stays_one_fault_sqlite() {
    panics(Clinic::faulty_on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_at_any_moment_of_any_route_stays_one_fault_postgres() {
    if let Some(clinic) = Clinic::faulty_on_postgres().await {
        panics(clinic).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_lost_at_any_moment_of_any_route_leaves_nothing_half_done_sqlite() {
    broken(Clinic::faulty_on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_lost_at_any_moment_of_any_route_leaves_nothing_half_done_postgres() {
    if let Some(clinic) = Clinic::faulty_on_postgres().await {
        broken(clinic).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_waits_too_long_is_told_to_come_back_sqlite() {
    locked(Clinic::faulty_on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_waits_too_long_is_told_to_come_back_postgres() {
    if let Some(clinic) = Clinic::faulty_on_postgres().await {
        locked(clinic).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_route_that_hangs_is_answered_in_time_and_hinders_nobody() {
    let sqlite = async { hanging(Clinic::faulty_on_sqlite().await).await };
    let postgres = async {
        if let Some(clinic) = Clinic::faulty_on_postgres().await {
            hanging(clinic).await;
        }
    };
    futures::join!(sqlite, postgres);
}

/// Without its database the clinic says so on every page, in a page of its own, and is not ready.
async fn without((clinic, _): (Clinic, Faults)) {
    let world = World::new(&clinic).await;
    clinic.app.db.close().await;
    let mut found = Vec::new();
    let mut away = 0;
    for route in routes(&Method::GET) {
        let browser = if route.access == Access::Patient { &world.patient } else { &world.boss };
        let path = world.address(route.path);
        let seen = browser.get(&path).await;
        away += u32::from(seen.status == 503);
        if seen.status >= 500 && !is_our_page(&seen, &[503]) && route.path != "/readyz" {
            found.push(format!("GET {path}: {}\n{}", seen.status, seen.body));
        }
    }
    none(&found);
    assert!(away > 80, "only {away} pages noticed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clinic_without_its_database_says_so_on_every_page_sqlite() {
    without(Clinic::faulty_on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clinic_without_its_database_says_so_on_every_page_postgres() {
    if let Some(clinic) = Clinic::faulty_on_postgres().await {
        without(clinic).await;
    }
}

/// Somebody who leaves while a record is being opened leaves no transaction behind: whoever comes next can write.
async fn gone((clinic, _): (Clinic, Faults)) {
    let desk = clinic.receptionist().await;
    let ada = clinic.person("Ada Obi").await;
    let path = infirmary::web::paths::patients::show(ada);
    for moment in 0..25 {
        let request = desk.request(Method::GET, &path).header(ASK, format!("hang {moment}")).send();
        let _ = tokio::time::timeout(std::time::Duration::from_millis(40), request).await;
    }
    desk.get(&path).await.expect(200);
    clinic.registered(&desk, &crate::support::ada_but(&[])).await;
    clinic.has_all_its_connections().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_goes_away_in_the_middle_hinders_nobody_sqlite() {
    gone(Clinic::faulty_on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_goes_away_in_the_middle_hinders_nobody_postgres() {
    if let Some(clinic) = Clinic::faulty_on_postgres().await {
        gone(clinic).await;
    }
}
