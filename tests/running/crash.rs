//! What was acknowledged is still there after a crash (P12): the node is killed under load, again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use infirmary::db::{Db, sql};

use super::{Node, empty_postgres, file_in, sign_in, succeed};
use crate::support::Browser;

/// Crashes on each database; the release run asks for more.
fn kills() -> usize {
    std::env::var("INFIRMARY_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(20)
}

/// What the clients were told.
#[derive(Default)]
struct Told {
    sign_ins: AtomicI64,
    patients: AtomicI64,
    tried: AtomicI64,
}

/// Signs in until the node is gone; the last browser that was let in is kept.
async fn sign_in_again_and_again(port: u16, name: &'static str, told: Arc<Told>) -> Option<Browser> {
    let mut last = None;
    loop {
        let browser = Browser::new(([127, 0, 0, 1], port).into());
        told.tried.fetch_add(1, Ordering::SeqCst);
        match sign_in(&browser, name).await {
            Some(()) => {
                told.sign_ins.fetch_add(1, Ordering::SeqCst);
                last = Some(browser);
            }
            None => return last,
        }
    }
}

/// Registers people at the desk until the node is gone, where that page exists.
async fn register_again_and_again(port: u16, told: Arc<Told>) {
    let browser = Browser::new(([127, 0, 0, 1], port).into());
    if sign_in(&browser, "reception").await.is_none() {
        return;
    }
    told.sign_ins.fetch_add(1, Ordering::SeqCst);
    loop {
        let path = "/patients/new?kind=public";
        let Ok(answer) = browser.request(reqwest::Method::GET, path).send().await else { return };
        if answer.status() != 200 {
            return;
        }
        let Ok(body) = answer.text().await else { return };
        let Some(op) = body.split("name=\"op\" value=\"").nth(1).and_then(|rest| rest.split('"').next())
        else {
            return;
        };
        let family = format!("Crash{:08x}", rand::random::<u32>());
        let fields = [
            ("op", op),
            ("kind", "public"),
            ("family_name", family.as_str()),
            ("given_names", "Probe"),
            ("sex", "female"),
            ("phone", ""),
            ("somebody_else", "yes"),
        ];
        let request = browser
            .request(reqwest::Method::POST, "/patients")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(serde_urlencoded::to_string(fields).unwrap());
        match request.send().await {
            Ok(answer) if answer.status() == 303 => {
                told.patients.fetch_add(1, Ordering::SeqCst);
            }
            _ => return,
        }
    }
}

async fn killed_again_and_again(url: &str) {
    succeed(&["demo", "--database-url", url, "--fill-only"]);
    let before = counts(url).await;
    let told = Arc::new(Told::default());
    for round in 0..kills() {
        let node = Node::start(&["demo", "--database-url", url]).await;
        let clients: Vec<_> = ["admin", "doctor", "nurse"]
            .into_iter()
            .map(|name| tokio::spawn(sign_in_again_and_again(node.port, name, Arc::clone(&told))))
            .collect();
        let desk = tokio::spawn(register_again_and_again(node.port, Arc::clone(&told)));
        tokio::time::sleep(Duration::from_millis(120 + u64::from(rand::random::<u8>()) * 2)).await;
        node.kill();
        let mut let_in = Vec::new();
        for client in clients {
            let_in.extend(client.await.unwrap());
        }
        desk.await.unwrap();
        let after = Node::start(&["demo", "--database-url", url]).await;
        // A session that was given out still opens pages.
        for browser in let_in {
            let moved = Browser::new(([127, 0, 0, 1], after.port).into());
            let request = moved.request(reqwest::Method::GET, "/audit").header("cookie", browser.cookies());
            let status = request.send().await.unwrap().status().as_u16();
            assert!([200, 403].contains(&status), "round {round}: the session is gone, {status}");
        }
        if round % 5 == 4 {
            succeed(&["check", "--database-url", url]);
        }
        after.kill();
    }
    let node = Node::start(&["demo", "--database-url", url]).await;
    succeed(&["check", "--database-url", url]);
    let now = counts(url).await;
    let (sign_ins, patients) = (told.sign_ins.load(Ordering::SeqCst), told.patients.load(Ordering::SeqCst));
    eprintln!("{} kills: {sign_ins} sign-ins and {patients} registrations were acknowledged", kills());
    assert!(sign_ins > kills() as i64, "the load was too light to tell anything: {sign_ins}");
    assert!(
        now.sign_ins - before.sign_ins >= sign_ins,
        "{sign_ins} acknowledged, {} kept",
        now.sign_ins - before.sign_ins
    );
    assert!(
        now.patients - before.patients >= patients,
        "{patients} acknowledged, {} kept",
        now.patients - before.patients
    );
    // Nothing half done: each sign-in has its line in the trail, and no more than were tried are there.
    assert_eq!(
        now.sign_ins, now.opened,
        "a sign-in without its entry in the trail, or an entry without its sign-in"
    );
    assert!(now.sign_ins - before.sign_ins <= told.tried.load(Ordering::SeqCst) + kills() as i64);
    assert_eq!(node.terminate().await.1, Some(0));
}

#[derive(sqlx::FromRow, serde::Deserialize)]
struct Counts {
    sign_ins: i64,
    opened: i64,
    patients: i64,
}

async fn counts(url: &str) -> Counts {
    let db = Db::open_reading(url).await.unwrap();
    let counts =
        sql("select (select count(*) from sign_in) as sign_ins, (select count(*) from patient) as patients,
            (select count(*) from audit_entry where action = 'sign_in.opened') as opened")
        .one(&db)
        .await
        .unwrap();
    db.close().await;
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_twenty_kills_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    killed_again_and_again(&file_in(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_twenty_kills_postgres() {
    if let Some(url) = empty_postgres().await {
        killed_again_and_again(&url).await;
    }
}
