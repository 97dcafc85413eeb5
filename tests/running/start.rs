//! Starting, stopping, and refusing to start.

use std::time::Duration;

use super::{Node, file_in, free_port, program, run, sign_in, succeed, text};
use crate::support::databases::Postgres;

#[tokio::test]
async fn the_demo_starts_in_an_empty_folder_serves_and_ends_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo").display().to_string();
    let node = Node::start(&["demo", "--data", &data]).await;
    for name in ["admin", "reception", "nurse", "doctor", "lab", "pharmacy", "cashier", "19/52HA001"] {
        assert!(sign_in(&node.browser(), name).await.is_some(), "{name} signs in");
    }
    let (took, code) = node.terminate().await;
    assert!(took < Duration::from_secs(10), "ended after {took:?}");
    assert_eq!(code, Some(0));

    // The same folder is taken up again.
    let again = Node::start(&["demo", "--data", &data]).await;
    assert!(sign_in(&again.browser(), "doctor").await.is_some());
    let url = format!("sqlite:{data}/infirmary.db");
    succeed(&["check", "--database-url", &url]);

    // A second process on the same file is refused in one sentence.
    let second = run(&["serve", "--database-url", &url, "--bind", &format!("127.0.0.1:{}", free_port())]);
    assert_eq!(second.status.code(), Some(1));
    assert!(
        text(&second.stderr).contains("is open in another Infirmary process"),
        "{}",
        text(&second.stderr)
    );
}

#[tokio::test]
async fn an_open_event_stream_does_not_hold_up_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&["demo", "--data", &folder.path().display().to_string()]).await;
    let browser = node.browser();
    sign_in(&browser, "doctor").await.unwrap();
    let live = infirmary::app::routes()
        .table()
        .iter()
        .filter(|route| route.path.ends_with("/live"))
        .map(|route| super::super::tables::filled(route.path, "3"))
        .collect::<Vec<_>>();
    let mut open = Vec::new();
    for path in live {
        open.push(browser.request(reqwest::Method::GET, &path).send().await.unwrap());
    }
    let (took, code) = node.terminate().await;
    assert!(
        took < Duration::from_secs(10) && code == Some(0),
        "{took:?} {code:?} with {} streams",
        open.len()
    );
}

#[test]
fn a_wrong_setting_stops_the_start_with_one_sentence_and_code_2() {
    let cases: [(&str, &str); 13] = [
        ("BIND", "localhost"),
        ("BIND", "127.0.0.1:99999"),
        ("DATABASE_URL", "mysql://clinic"),
        ("DATABASE_URL", "sqlite:"),
        ("METRICS_BIND", "9000"),
        ("PUBLIC_URL", "clinic.example.edu"),
        ("TRUSTED_PROXIES", "10.0.0.1, proxy"),
        ("DATABASE_CONNECTIONS", "0"),
        ("LOG", "a=b=c"),
        ("LOG", "lod"),
        ("DATA_DIR", "/proc"),
        ("DATABASE_URL", "postgres://ada:se#cret@localhost/clinic"),
        ("DATABASE_URL", "postgres://ada:12#3@localhost/clinic"),
    ];
    for (name, value) in cases {
        let folder = tempfile::tempdir().unwrap();
        let output = program(&["serve"]).env(name, value).current_dir(folder.path()).output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{name}={value}: {said}");
        assert_eq!(said.trim().lines().count(), 1, "{name}={value}: {said}");
        assert!(said.contains(name) && said.trim().ends_with('.'), "{name}={value}: {said}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was begun");
    }
}

#[test]
fn a_server_that_is_not_there_is_said_in_one_sentence() {
    let port = free_port();
    let url = format!("postgres://nobody:secret@127.0.0.1:{port}/clinic");
    for command in ["serve", "check"] {
        let began = std::time::Instant::now();
        let output = run(&[command, "--database-url", &url]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("cannot open the database") && !said.contains("secret"), "{said}");
        assert!(said.contains(&format!("on 127.0.0.1:{port}: Connection refused")), "{said}");
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_real_install_has_no_account_until_one_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let url = file_in(folder.path());
    let node = Node::start(&["serve", "--database-url", &url]).await;
    for name in ["admin", "doctor", "19/52HA001"] {
        assert!(sign_in(&node.browser(), name).await.is_none(), "{name}");
    }
    assert_eq!(node.terminate().await.1, Some(0));
    // And the demo keeps its hands off it.
    let refused = run(&["demo", "--database-url", &url, "--fill-only"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("only uses an empty database"), "{}", text(&refused.stderr));
}

#[tokio::test]
async fn the_demo_fills_a_postgresql_database_too() {
    let Some(url) = Postgres::empty().await else { return };
    let node = Node::start(&["demo", "--database-url", &url]).await;
    assert!(sign_in(&node.browser(), "reception").await.is_some());
    succeed(&["check", "--database-url", &url]);
    assert_eq!(node.terminate().await.1, Some(0));
}

#[test]
fn the_list_of_routes_names_each_with_its_access() {
    let listed = succeed(&["routes"]);
    assert_eq!(listed.lines().count(), infirmary::app::routes().table().len());
    assert!(listed.contains("read_audit"), "{listed}");
}

#[tokio::test]
async fn metrics_stand_on_an_address_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let bind = format!("127.0.0.1:{}", free_port());
    let node =
        Node::start(&["serve", "--database-url", &file_in(folder.path()), "--metrics-bind", &bind]).await;
    let page = reqwest::get(format!("http://{bind}/metrics")).await.unwrap().text().await.unwrap();
    assert!(page.contains("infirmary_requests_total{route=\"/readyz\""), "{page}");
    assert_eq!(node.browser().get("/metrics").await.status, 404);
}

#[test]
fn a_file_of_another_program_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("holidays.db");
    let other = rusqlite::Connection::open(&file).unwrap();
    other.execute_batch("create table holiday (day text); insert into holiday values ('Eid')").unwrap();
    drop(other);
    let before = std::fs::read(&file).unwrap();
    let url = format!("sqlite:{}", file.display());
    let bind = format!("127.0.0.1:{}", free_port());
    for arguments in [["serve", "--bind", &bind], ["demo", "--bind", &bind]] {
        let output = program(&arguments).env("DATABASE_URL", &url).output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("holds data of another program"), "{said}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn a_list_without_a_code_in_the_named_columns_is_not_said_to_be_saved() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("codes.csv");
    std::fs::write(&file, "code,title\nB50,Plasmodium falciparum malaria\nA01,Typhoid fever\n").unwrap();
    let url = file_in(folder.path());
    let with = |columns: &str| {
        let file = file.display().to_string();
        run(&["import-codes", &file, "--system", "icd10", "--columns", columns, "--database-url", &url])
    };
    for columns in ["9,10", "1,10"] {
        let refused = with(columns);
        let said = text(&refused.stdout) + &text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains("nothing is saved") && !said.contains("are saved"), "{said}");
    }
    let taken = with("1,2");
    assert!(taken.status.success() && text(&taken.stdout).contains("The codes are saved"));
}
