//! Whatever ends a sign-in ends it at once and everywhere (P21): fifty races with requests in flight, old cookies on
//! every node, open streams.

use std::time::{Duration, Instant};

use infirmary::access::model::{AccountId, CodePurpose, Role};

use crate::support::{Browser, Clinic};

/// Races on each database.
const RACES: usize = 50;

/// A browser of another node with the cookies of this one.
async fn replayed(node: &Clinic, cookies: &str, path: &str) -> u16 {
    let request = node.browser().request(reqwest::Method::GET, path).header("cookie", cookies);
    request.send().await.unwrap().status().as_u16()
}

/// The ways in which a sign-in ends.
async fn end(clinic: &Clinic, way: usize, (who, name): (AccountId, &str), own: &Browser, admin: &Browser) {
    let op = format!("{:024x}", rand::random::<u128>() >> 32);
    let op = ("op", op.as_str());
    let seen = match way {
        0 => own.post("/sign-out", &[]).await,
        1 => own.post("/account/sign-out-everywhere", &[op]).await,
        2 => admin.post(&format!("/staff/{who}/deactivation"), &[op, ("reason", "left")]).await,
        3 => {
            clinic.code_for(who, CodePurpose::Reset).await;
            return;
        }
        _ => {
            let other = clinic.browser();
            clinic.sign_in(&other, name).await;
            other.post("/account/sign-ins/end-others", &[op]).await
        }
    };
    seen.expect(303);
}

async fn races(nodes: &[&Clinic]) {
    let (first, last) = (nodes[0], nodes[nodes.len() - 1]);
    let admin = first.administrator().await;
    let mut slowest = Duration::ZERO;
    for race in 0..RACES {
        let name = format!("nurse{race}");
        let who = first.staff(&name, &[Role::Nurse]).await;
        let browser = first.browser();
        first.sign_in(&browser, &name).await;
        let cookies = browser.cookies();
        let stream =
            last.browser().request(reqwest::Method::GET, "/stream/me").header("cookie", &cookies).send();
        let mut stream = stream.await.unwrap();
        assert_eq!(stream.status(), 200);
        stream.chunk().await.unwrap().unwrap();
        // Requests that are under way while it ends; they may be answered either way.
        let under_way =
            futures::future::join_all(nodes.iter().map(|node| replayed(node, &cookies, "/account")));
        let ending = end(first, race % 5, (who, &name), &browser, &admin);
        let (answers, ()) = futures::join!(under_way, ending);
        assert!(answers.iter().all(|status| [200, 303].contains(status)), "race {race}: {answers:?}");
        for node in nodes {
            for path in ["/account", "/", "/queues"] {
                assert_eq!(
                    replayed(node, &cookies, path).await,
                    303,
                    "race {race}: {path} came back to life"
                );
            }
        }
        let began = Instant::now();
        let over = async { while let Ok(Some(_)) = stream.chunk().await {} };
        assert!(
            tokio::time::timeout(Duration::from_secs(20), over).await.is_ok(),
            "race {race}: the stream went on"
        );
        slowest = slowest.max(began.elapsed());
    }
    eprintln!("{RACES} races on {} nodes; the slowest stream ended after {slowest:?}", nodes.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_ends_of_sign_ins_hold_at_once_sqlite() {
    let clinic = Clinic::on_sqlite().await;
    races(&[&clinic]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_ends_of_sign_ins_hold_at_once_on_both_nodes_postgres() {
    let Some(clinic) = Clinic::on_postgres().await else { return };
    let other = clinic.second_node().await;
    races(&[&clinic, &other]).await;
}

both! {
    async fn twenty_role_changes_hold_for_the_next_request(clinic) {
        let admin = clinic.administrator().await;
        let who = clinic.staff("changes", &[Role::Nurse, Role::Admin]).await;
        let browser = clinic.browser();
        clinic.sign_in(&browser, "changes").await;
        for turn in 0..20 {
            let (role, status) = if turn % 2 == 0 { ("nurse", 403) } else { ("admin", 200) };
            let page = admin.get(&format!("/staff/{who}/edit")).await;
            let under_way = browser.get("/audit");
            let fields = [("roles", role)];
            let change = admin.submit(&page, "#staff", &fields);
            let (_, changed) = futures::join!(under_way, change);
            changed.expect(303);
            browser.get("/audit").await.expect(status);
        }
    }
}
