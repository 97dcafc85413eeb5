//! What people and machines get wrong (R7): nothing is lost, nothing is half done, and the sentence says what to do.

use infirmary::access::model::Role;
use infirmary::web::paths::queue as places;
use reqwest::multipart::{Form, Part};

use crate::support::{ADA, ada_but, register};

/// Says that a page is in words, without what happened inside.
#[track_caller]
fn in_words(body: &str) {
    for inside in ["panicked", "SQL", "sqlx", "constraint", "stack backtrace", "error:"] {
        assert!(!body.contains(inside), "{inside} in {body}");
    }
}

both! {
    async fn a_csv_with_wrong_columns_is_said_and_imports_nothing(clinic) {
        let desk = clinic.receptionist().await;
        let page = desk.get("/student-imports").await;
        let op = page.attribute("#upload input[name=op]", "value").unwrap();
        let file = Part::bytes("colour,weight\nred,12\n".as_bytes().to_vec()).file_name("wrong.csv");
        let request = desk.request(reqwest::Method::POST, "/student-imports").header("sec-fetch-site", "same-origin");
        let sent = request.multipart(Form::new().text("op", op).part("file", file));
        let seen = desk.send(sent, "/student-imports").await;
        let columns = desk.follow(seen).await;
        let refused = desk.submit(&columns, "#columns", &[]).await;
        assert!(!refused.expect(422).errors().is_empty());
        in_words(&refused.body);
        assert_eq!(clinic.count("select count(*) from patient").await, 0);
    }

    async fn an_impossible_date_is_named_at_its_field(clinic) {
        let desk = clinic.receptionist().await;
        let fields = ada_but(&[("born_day", "31"), ("born_month", "2")]);
        let seen = register(&desk, &fields).await;
        assert!(seen.expect(422).errors()[0].contains("Date of birth"), "{:?}", seen.errors());
        assert_eq!(seen.attribute("#born_day", "value").as_deref(), Some("31"), "what was typed is kept");
        let admin = clinic.administrator().await;
        let page = admin.get("/settings/holidays").await;
        admin.submit(&page, "#holiday", &[("day", "2026-02-31"), ("name", "Never")]).await.expect(422);
        assert_eq!(clinic.count("select (select count(*) from patient) + (select count(*) from holiday)").await, 0);
    }

    async fn a_slot_in_the_past_is_neither_made_nor_booked(clinic) {
        let boss = clinic.signed_in("boss", Role::ALL).await;
        let doctor = clinic.consultant("Bola").await.to_string();
        let page = boss.get(&format!("/availability?doctor={doctor}")).await;
        let fields = [("slot_day", "2026-11-02"), ("slot_time", "10:00"), ("slot_length", "30"), ("slot_places", "1"),
            ("slot_online", "1")];
        let seen = boss.submit(&page, "#single", &fields).await;
        assert!(seen.expect(422).errors().iter().any(|error| error.contains("a time to come")), "{:?}", seen.errors());
        assert_eq!(clinic.count("select count(*) from slot").await, 0);
        let reason = clinic.visit_reason("I feel ill", 20).await.to_string();
        let gone = clinic.slot(doctor.parse().unwrap(), -60, 1, 1).await.to_string();
        let (_, ada) = clinic.someone("Ada Obi").await;
        let refused = ada.post("/book/hold", &[("op", "0123456789abcdef"), ("slot", &gone), ("reason", &reason)]).await;
        in_words(&refused.expect(409).body);
        assert_eq!(clinic.count("select count(*) from appointment").await, 0);
    }

    async fn a_foreign_id_is_a_page_that_does_not_exist(clinic) {
        let boss = clinic.signed_in("boss", Role::ALL).await;
        let (_, ada) = clinic.someone("Ada Obi").await;
        let (ben, _) = clinic.someone("Ben Eze").await;
        let doctor = clinic.consultant("Bola").await;
        let theirs = clinic.booking(ben, doctor, 60).await;
        for path in [format!("/my/appointments/{theirs}"), format!("/book/{theirs}"), "/my/appointments/999999".into()] {
            let seen = ada.get(&path).await;
            assert_eq!(seen.expect(404).heading(), "Page not found", "{path}");
        }
        ada.post(&format!("/my/appointments/{theirs}/cancel"), &[("op", "0123456789abcdef"), ("reason", "x")]).await.expect(404);
        boss.get("/patients/999999999999999999999").await.expect(404);
        assert_eq!(clinic.appointment_state(theirs).await, "booked");
        assert_eq!(clinic.count("select count(*) from operation where op = '0123456789abcdef'").await, 0);
    }

    async fn a_name_of_five_megabytes_is_too_much(clinic) {
        let desk = clinic.receptionist().await;
        let long = "x".repeat(5 * 1024 * 1024);
        let fields = ada_but(&[("family_name", &long)]);
        let seen = register(&desk, &fields).await;
        assert_eq!(seen.expect(413).heading(), "That is too much to send");
        in_words(&seen.body);
        let shorter = "x".repeat(5_000);
        let seen = register(&desk, &ada_but(&[("family_name", &shorter)])).await;
        assert!(!seen.expect(422).errors().is_empty());
        assert_eq!(clinic.count("select count(*) from patient").await, 0);
        register(&desk, ADA).await.expect(303);
    }

    async fn who_is_still_sending_gets_to_read_the_answer(clinic) {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        for (path, status) in [("/sign-in", "413"), ("/patients", "413"), ("/no/such/page", "404")] {
            let mut line = tokio::net::TcpStream::connect(clinic.address).await.unwrap();
            let (part, parts) = (vec![b'x'; 512 * 1024], 10);
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: same-origin\r\n\
                 content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                part.len() * parts
            );
            line.write_all(head.as_bytes()).await.unwrap();
            for _ in 0..parts {
                line.write_all(&part).await.unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(30)).await;
            }
            let mut answer = String::new();
            line.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{path}: {answer}");
        }
    }

    async fn a_broken_cookie_is_no_session_and_no_fault(clinic) {
        let desk = clinic.receptionist().await;
        let good = desk.cookies();
        let id = good.split("; ").find(|part| part.starts_with("sid=")).unwrap();
        let half: String = id.chars().take(id.len() / 2).collect();
        for cookie in ["sid=", "sid=%%%", "sid=AAAAAAAAAAAAAAAAAAAAAA", "sid=\u{1}", "=;;=", "sid=../../etc/passwd", &half] {
            let value = reqwest::header::HeaderValue::from_bytes(cookie.as_bytes());
            let Ok(value) = value else { continue };
            let request = clinic.browser().request(reqwest::Method::GET, "/patients").header("cookie", value);
            let seen = clinic.browser().send(request, "/patients").await;
            assert_eq!(seen.leads_to().as_deref(), Some("/sign-in?next=%2Fpatients"), "{cookie}: {}", seen.status);
        }
        desk.get("/patients").await.expect(200);
    }

    async fn an_unknown_token_on_a_slip_is_said(clinic) {
        clinic.point("Triage", "triage").await;
        clinic.walk_in("Ada Obi").await;
        for code in ["00000000000000000000000000000000", "A001", "x", "%27%20or%201=1"] {
            let seen = clinic.browser().get(&places::place(code)).await;
            assert_eq!(seen.expect(404).heading(), "Page not found", "{code}");
            assert!(!seen.says("Obi"));
            in_words(&seen.body);
        }
    }

    async fn a_second_check_in_answers_with_the_first(clinic) {
        clinic.point("Triage", "triage").await;
        let desk = clinic.receptionist().await;
        let ada = clinic.visitor("Ada Obi").await.to_string();
        for op in ["0123456789abcdef", "0123456789abcdeg"] {
            let seen = desk.post("/check-ins", &[("op", op), ("patient", &ada)]).await;
            let page = desk.follow(seen).await;
            assert!(page.says("A001"), "{}", page.body);
        }
        assert_eq!(clinic.count("select count(*) from visit").await, 1);
        assert_eq!(clinic.count("select count(*) from queue_entry").await, 1);
    }

    async fn a_refusal_can_be_read_by_a_browser_that_takes_compressed_pages(clinic) {
        let boss = clinic.signed_in("boss", Role::ALL).await;
        for (path, status) in [("/audit?before=x", 400), ("/staff?later=x&q=a", 200), ("/no/such/page", 404)] {
            let request = boss.request(reqwest::Method::GET, path).header("accept-encoding", "gzip");
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status().as_u16(), status, "{path}");
            assert_eq!(answer.headers()["content-encoding"], "gzip", "{path}");
            let (packed, mut body) = (answer.bytes().await.unwrap(), String::new());
            std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&packed[..]), &mut body).unwrap();
            assert!(body.contains("</html>"), "{path}: {body}");
            in_words(&body);
        }
        let seen = boss.get("/audit?before=x").await;
        assert_eq!(seen.expect(400).heading(), "That did not arrive complete");
    }

    async fn of_a_field_that_an_address_repeats_the_last_one_counts(clinic) {
        let boss = clinic.signed_in("boss", Role::ALL).await;
        for path in ["/patients", "/appointments", "/staff", "/prescriptions"] {
            boss.get(&format!("{path}?q=a&q=b")).await.expect(200);
        }
        let page = clinic.browser().get("/sign-in?next=/staff&next=%2Faudit&x=1").await;
        assert_eq!(page.expect(200).attribute("[name=next]", "value").as_deref(), Some("/audit"));
        let (_, ada) = clinic.someone("Ada Obi").await;
        assert_ne!(ada.get("/book?reason=1&reason=2").await.status, 400);
    }

    async fn a_form_that_was_sent_before_with_other_content_is_called_that(clinic) {
        let desk = clinic.receptionist().await;
        let page = desk.get("/patients/new").await;
        desk.submit(&page, "#person", ADA).await.expect(303);
        let other = desk.submit(&page, "#person", &ada_but(&[("given_names", "Bola")])).await;
        assert_eq!(other.expect(409).heading(), "This form was sent before");
        assert!(other.body.contains("What you sent now was not"));
        assert_eq!(clinic.count("select count(*) from patient").await, 1);
    }

    async fn a_lost_database_is_said_with_what_to_do(clinic) {
        let desk = clinic.receptionist().await;
        let page = desk.get("/patients/new").await;
        clinic.app.db.close().await;
        for path in ["/patients", "/account", "/queues", "/"] {
            let seen = desk.get(path).await;
            assert_eq!(seen.expect(503).heading(), "The clinic's database cannot be reached", "{path}");
            assert!(seen.headers.contains_key("retry-after") && seen.body.contains("open this page again"));
            assert!(!seen.body.contains("send it again"), "nothing was sent");
            in_words(&seen.body);
        }
        let sent = desk.submit(&page, "#person", ADA).await;
        assert_eq!(sent.expect(503).heading(), "The clinic's database cannot be reached");
        assert!(sent.body.contains("Nothing was half saved") && sent.body.contains("send it again"));
        let ready = clinic.browser().get("/readyz").await;
        assert_eq!(ready.expect(503).body, "the database does not answer");
        // What needs no database goes on.
        clinic.browser().get("/healthz").await.expect(200);
        // Back again, the same form is taken.
        let clinic = crate::support::Outage::begins(clinic).await.ends().await;
        desk.submit(&page, "#person", ADA).await.expect(303);
        assert_eq!(clinic.count("select count(*) from patient").await, 1);
    }
}
