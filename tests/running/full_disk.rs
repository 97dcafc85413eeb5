//! A full disk stops writing, not the clinic (P14). While a whole crowd books, gives out and takes money, the node is forbidden every
//! further byte, or the last page of the PostgreSQL server's disk is taken; pages go on being read, forms are refused in words, and once
//! there is room again the very same form is taken. What the server says of it is also played by a trigger, which picks what fails.

use std::sync::Arc;
use std::time::{Duration, Instant};

use infirmary::billing::model::ChargeKind;
use infirmary::clock::Clock;
use infirmary::db::{Db, sql};

use super::cluster::Cluster;
use super::crash::goes_on;
use super::history::{History, counts};
use super::load::{Crowd, slots, there};
use super::{Node, file_in, sign_in, succeed};
use crate::support::{AMOXICILLIN, Browser, Clinic, Seen, dice};

const ROUNDS: usize = 3;

/// A browser of the demo that is signed in and last did something a while ago, so that its next page would note that.
struct Away {
    browser: Browser,
    pages: [&'static str; 4],
}

impl Away {
    async fn at(node: &Node, name: &'static str, pages: [&'static str; 4]) -> Self {
        let browser = node.browser();
        sign_in(&browser, name).await.unwrap();
        Away { browser, pages }
    }

    /// Reads a page of a node that came up at another port.
    async fn reads(&self, node: &Node, path: &str) -> Seen {
        let moved = node.browser();
        let request = moved.request(reqwest::Method::GET, path).header("cookie", self.browser.cookies());
        moved.send(request, path).await
    }

    /// Sends a form there.
    async fn sends(&self, node: &Node, path: &str, fields: &impl serde::Serialize) -> Seen {
        let moved = node.browser();
        let request = moved
            .request(reqwest::Method::POST, path)
            .header("cookie", self.browser.cookies())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(serde_urlencoded::to_string(fields).unwrap());
        moved.send(request, path).await
    }
}

/// Everybody was last seen five minutes ago.
async fn minutes_pass(url: &str) {
    let db = Db::open(url, 1).await.unwrap();
    let ago = Clock::System.now() - chrono::TimeDelta::minutes(5);
    sql("update sign_in set seen_at = $1 where ended_at is null").bind(ago).run(&db).await.unwrap();
    db.close().await;
}

/// What becomes full.
enum Disk<'a> {
    /// The node itself is forbidden every further byte.
    OfNode(&'a Node),
    /// The server's disk has no page left.
    OfServer(&'a Cluster),
}

impl Disk<'_> {
    async fn fills(&self) {
        match self {
            Disk::OfNode(node) => node.may_write(false),
            Disk::OfServer(cluster) => cluster.fills().await,
        }
    }

    async fn has_room(&self) {
        match self {
            Disk::OfNode(node) => node.may_write(true),
            Disk::OfServer(cluster) => cluster.has_room().await,
        }
    }
}

/// Fills the disk, reads, is refused and goes on; how many payments were taken.
async fn one_round(round: usize, node: &Node, disk: Disk<'_>, away: &[Away; 2], invoice: i64) -> i64 {
    disk.fills().await;
    for one in away {
        for path in one.pages {
            let seen = one.reads(node, path).await;
            assert_eq!(seen.status, 200, "round {round}: {path} cannot be read\n{}", seen.body);
        }
    }
    let (cashier, path) = (&away[1], format!("/invoices/{invoice}/payments"));
    let mut taken = 0;
    // The last pages of a server's tables may have room for a few rows yet.
    let (form, refused) = loop {
        let op = format!("a-form-on-a-full-disk-{round}-{taken}");
        let form = [("op", op), ("cash", "1".to_owned()), ("over", "change".to_owned())];
        let answer = cashier.sends(node, &path, &form).await;
        if answer.status != 303 {
            break (form, answer);
        }
        taken += 1;
        if taken % 20 == 0 {
            disk.fills().await;
        }
        assert!(taken < 500, "round {round}: the disk does not become full");
    };
    assert_eq!(refused.expect(507).heading(), "Nothing can be saved now");
    assert!(
        refused.body.contains("The disk of the server is full")
            && refused.headers.contains_key("retry-after")
    );
    disk.has_room().await;
    let began = Instant::now();
    while cashier.sends(node, &path, &form).await.status != 303 {
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "round {round}: writing did not go on within 5 seconds"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    eprintln!(
        "round {round}: {taken} taken before, there was room again, and {:?} later the form was taken",
        began.elapsed()
    );
    let again = cashier.sends(node, &path, &form).await;
    assert!(again.expect(303).leads_to().unwrap().starts_with("/receipts/"));
    taken + 1
}

async fn full_again_and_again(url: &str, cluster: Option<&Cluster>) {
    let folder = tempfile::tempdir().unwrap();
    succeed(&["demo", "--database-url", url, "--fill-only"]);
    let history = Arc::new(History::new(folder.path()));
    let (slots, there) = (slots(url).await, there(url).await);
    let node = Node::start(&["demo", "--database-url", url]).await;
    let away = [
        Away::at(&node, "pharmacy", ["/", "/pharmacy", "/stock/items", "/stock/expiry"]).await,
        Away::at(&node, "cashier", ["/", "/billing", "/till", "/shifts"]).await,
    ];
    assert_eq!(node.terminate().await.1, Some(0));
    let before = counts(url).await;
    let (seed, mut dice) = dice();
    let mut own = 0;
    for round in 0..ROUNDS {
        minutes_pass(url).await;
        let serve = ["demo", "--database-url", url];
        let node = match cluster {
            None => Node::start_on_small_disk(&serve).await,
            Some(_) => Node::start(&serve).await,
        };
        let crowd = Crowd::at(node.port, &history, &slots, &there, &mut dice);
        assert!(goes_on(&history, 2).await, "seed {seed}, round {round}: not everybody is at work");
        let disk = cluster.map_or(Disk::OfNode(&node), Disk::OfServer);
        own += one_round(round, &node, disk, &away, there.invoices[0]).await;
        assert!(goes_on(&history, 1).await, "seed {seed}, round {round}: not everybody goes on");
        node.kill();
        crowd.ends(false).await;
        succeed(&["check", "--database-url", url]);
    }
    let acknowledged = history.hold_against(url, seed).await;
    eprintln!("{ROUNDS} full disks, acknowledged and kept: {acknowledged:?}");
    let after = counts(url).await;
    after.match_since(&before, seed);
    assert!(after.payments - before.payments >= acknowledged["pay"] as i64 + own);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p14_a_full_disk_stops_writing_and_not_reading_and_loses_nothing_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    full_again_and_again(&file_in(folder.path()), None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p14_a_full_disk_stops_writing_and_not_reading_and_loses_nothing_postgres() {
    // The server's own files, a log that starts anew at 64 MB, and the demo.
    let Some(cluster) = Cluster::on_small_disk(256) else { return };
    full_again_and_again(&cluster.url(), Some(&cluster)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p14_what_postgres_says_of_a_full_disk_is_said_and_the_same_form_is_taken_when_there_is_room() {
    let Some(clinic) = Clinic::on_postgres().await else { return };
    let till = clinic.till().await;
    clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
    let invoice = till.issued().await;
    let page = till.cashier.get(&format!("/invoices/{invoice}/payments")).await;
    let room = clinic.prescribing_room().await;
    let prescription = room.prescribed(&clinic, AMOXICILLIN).await.0;
    for text in [
        "create function full_disk() returns trigger language plpgsql as $$
         begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$",
        "create trigger full_disk_of_payments before insert on payment for each row execute function full_disk()",
        "create trigger full_disk_of_the_trail before insert on audit_entry for each row execute function full_disk()",
        "create trigger full_disk_of_sign_ins before update on sign_in for each row execute function full_disk()",
    ] {
        sql(text).run(&clinic.app.db).await.unwrap();
    }
    clinic.app.clock.advance(chrono::TimeDelta::minutes(2));
    let refused = till.cashier.submit(&page, "#pay", &[("cash", "1000")]).await;
    assert_eq!(refused.expect(507).heading(), "Nothing can be saved now");
    assert!(refused.headers.contains_key("retry-after"));
    for path in ["/", "/billing", "/till"] {
        till.cashier.get(path).await.expect(200);
    }
    // Who opened a record cannot be noted, so it is not shown.
    let closed = room.desk.get(&format!("/prescriptions/{prescription}")).await;
    assert_eq!(closed.expect(507).heading(), "Nothing can be saved now");
    assert_eq!(clinic.count("select count(*) from receipt").await, 0, "nothing is half done");
    sql("drop function full_disk cascade").run(&clinic.app.db).await.unwrap();
    till.cashier.submit(&page, "#pay", &[("cash", "1000")]).await.expect(303);
    assert_eq!(clinic.count("select count(*) from receipt").await, 1);
    room.desk.get(&format!("/prescriptions/{prescription}")).await.expect(200);
}
