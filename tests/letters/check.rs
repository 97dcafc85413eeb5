//! The public check (rule X3, A6): genuine, revoked, unknown; by consent, counted, limited, without traces.

use std::time::{Duration, Instant};

use infirmary::db::sql;
use infirmary::web::paths;

use crate::support::{Clinic, Seen};

/// What must not be on a page for everybody.
const SECRETS: [&str; 6] = ["alaria", "Okoro", "Fever", "P0", "0803", "/visits/"];

fn is_clean(seen: &Seen) {
    for secret in SECRETS {
        assert!(!seen.body.contains(secret), "{secret} in {}", seen.body);
    }
    assert_eq!(seen.headers.get("referrer-policy").unwrap(), "no-referrer");
    assert_eq!(seen.headers.get("cache-control").unwrap(), "no-store");
    assert!(seen.headers.get("set-cookie").is_none(), "no cookie");
}

/// The page without what differs by the answer's own words: the request's id stands in a header only.
fn shape(seen: &Seen) -> (u16, String) {
    (seen.status, seen.body.clone())
}

both! {
    async fn genuine_revoked_and_unknown_show_the_fields_of_the_letter_and_nothing_else(clinic) {
        let room = clinic.served_room().await;
        room.diagnose("B50.9").await.expect(303);
        room.sign().await.expect(303);
        room.issue("yes", &[("rest_until", &clinic.day_in(1))]).await.expect(303);
        let code = clinic.newest_code().await;
        let genuine = clinic.checked(&code).await;
        assert_eq!(genuine.expect(200).text("#answer h2"), "Genuine");
        let fields: Vec<String> = genuine.texts("#shown dt");
        assert_eq!(&fields[..2], ["Clinic", "Name"]);
        assert!(fields.iter().all(|field| ["Clinic", "Name", "Matric number", "Seen on", "In the clinic", "Advised to rest until"].contains(&field.as_str())));
        is_clean(&genuine);
        let id = clinic.count("select max(id) from verification").await;
        let page = room.browser.get(&format!("/verifications/{id}")).await;
        room.browser.submit(&page, "#revoke", &[("reason", "Issued for the wrong person")]).await.expect(303);
        let revoked = clinic.checked(&code).await;
        assert_eq!((revoked.text("#answer h2").as_str(), revoked.texts("#shown dt")), ("Revoked", fields));
        assert!(!revoked.body.contains("wrong person"), "why is between doctor and patient");
        is_clean(&revoked);
        let unknown = clinic.checked("ABCDEFGHJKMNPQRSTVWXYZ0123").await;
        assert_eq!(unknown.expect(404).text("#answer h2"), "Unknown");
        is_clean(&unknown);
        let answers: Vec<String> = sql("select answer from verification_check order by id").scalars(&clinic.app.db).await.unwrap();
        assert_eq!(answers, ["genuine", "revoked"]);
    }

    async fn without_consent_the_answer_is_the_one_for_a_code_that_nobody_has(clinic) {
        let room = clinic.served_room().await;
        room.issue("no", &[]).await.expect(303);
        let code = clinic.newest_code().await;
        let (unasked, unknown) = (clinic.checked(&code).await, clinic.checked("ABCDEFGHJKMNPQRSTVWXYZ0123").await);
        assert_eq!(shape(&unasked), shape(&unknown));
        assert_eq!(unasked.headers.get("x-queries"), unknown.headers.get("x-queries"), "as many questions to the database");
        assert_eq!(clinic.count("select count(*) from verification_check").await, 0);
        // Neither is told from the other by its time.
        let mut took = [Duration::ZERO; 2];
        for _ in 0..12 {
            for (at, code) in [(0, code.as_str()), (1, "ABCDEFGHJKMNPQRSTVWXYZ0123")] {
                let began = Instant::now();
                clinic.checked(code).await;
                took[at] += began.elapsed();
            }
        }
        let (less, more) = (took[0].min(took[1]), took[0].max(took[1]));
        assert!(more < less * 4 + Duration::from_millis(200), "{took:?}");
    }

    async fn a_withdrawn_consent_takes_effect_at_once_and_can_be_given_again(clinic) {
        let room = clinic.served_room().await;
        room.issue("yes", &[]).await.expect(303);
        let (code, id) = (clinic.newest_code().await, clinic.count("select max(id) from verification").await);
        assert_eq!(clinic.checked(&code).await.text("#answer h2"), "Genuine");
        let phone = clinic.phone_of(room.patient).await;
        let page = phone.get(&format!("/my/letters/{id}")).await;
        phone.submit(&page, "#withdraw", &[]).await.expect(303);
        assert_eq!(clinic.checked(&code).await.text("#answer h2"), "Unknown");
        let page = phone.get(&format!("/my/letters/{id}")).await;
        phone.submit(&page, "#agree", &[]).await.expect(303);
        assert_eq!(clinic.checked(&code).await.text("#answer h2"), "Genuine");
        let words: Vec<(bool, bool)> = sql("select given, own from verification_consent order by id").all(&clinic.app.db).await.unwrap();
        assert_eq!(words, [(true, false), (false, true), (true, true)]);
        assert_eq!(clinic.count("select count(*) from verification_consent where words <> ''").await, 3);
        let error = sql("delete from verification_consent").run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("verification_consent_append_only"), "{error}");
    }

    async fn fifty_checks_at_once_are_counted_fifty_times_and_the_patient_sees_when(clinic) {
        let room = clinic.served_room().await;
        room.issue("yes", &[]).await.expect(303);
        let (code, id) = (clinic.newest_code().await, clinic.count("select max(id) from verification").await);
        let checks = (0..50).map(|_| clinic.checked(&code));
        for seen in futures::future::join_all(checks).await {
            assert_eq!(seen.expect(200).text("#answer h2"), "Genuine");
        }
        assert_eq!(clinic.count("select count(*) from verification_check").await, 50);
        let phone = clinic.phone_of(room.patient).await;
        let page = phone.get(&format!("/my/letters/{id}")).await;
        assert_eq!(page.text("#checks h2"), "Checked 50 times");
        assert_eq!(page.texts("#checks li")[0], "Monday 9 November 2026, 9am");
        assert!(room.browser.get(&format!("/verifications/{id}")).await.text("#checks").contains("50"));
    }

    async fn who_guesses_is_made_to_wait_and_a_genuine_code_costs_nothing(clinic) {
        let room = clinic.served_room().await;
        room.issue("yes", &[]).await.expect(303);
        let code = clinic.newest_code().await;
        let mut refused = None;
        for at in 0..80 {
            clinic.checked(&code).await;
            let guess = format!("ABCDEFGHJKMNPQRSTVWXYZ{at:04}");
            let seen = clinic.checked(&guess).await;
            if seen.status == 429 {
                refused = Some((at, seen));
                break;
            }
        }
        let (at, seen) = refused.unwrap();
        assert!(at >= 55, "after {at} guesses");
        assert!(seen.headers.get("retry-after").is_some() && seen.body.contains("Too many tries"));
        is_clean(&seen);
    }

    async fn codes_are_read_in_groups_in_small_letters_and_garbage_is_unknown(clinic) {
        let room = clinic.served_room().await;
        room.issue("yes", &[]).await.expect(303);
        let code = clinic.newest_code().await;
        assert!(code.len() * 5 >= 128, "{code}");
        let shown = infirmary::letters::model::shown_code(&code);
        for typed in [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), format!("  {code} ")] {
            let seen = clinic.browser().get(&format!("{}?code={}", paths::letters::CHECK, paths::encoded(&typed))).await;
            assert_eq!(seen.text("#answer h2"), "Genuine", "{typed}");
            assert!(!seen.body.contains(&code) && !seen.body.contains(&shown), "the answer does not repeat the code");
        }
        for garbage in ["x", "%00", "..%2F..%2Fetc", "%F0%9F%98%80", "1%27%20or%20%271%27=%271", &"A".repeat(900)] {
            let seen = clinic.browser().get(&format!("/check/{garbage}")).await;
            assert_eq!(seen.expect(404).text("#answer h2"), "Unknown", "{garbage}");
        }
        let empty = clinic.browser().get(&format!("{}?code=", paths::letters::CHECK)).await;
        assert_eq!(empty.expect(422).errors(), ["Enter the code that stands on the verification"]);
        clinic.browser().get(paths::letters::CHECK).await.expect(200);
    }

    async fn two_codes_of_one_clinic_are_never_the_same_and_are_not_changed(clinic) {
        let room = clinic.served_room().await;
        room.issue("yes", &[]).await.expect(303);
        let error = sql("update verification set code = 'ABCDEFGHJKMNPQRSTVWXYZ0123'").run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("verification_kept"), "{error}");
        for (text, name) in [
            ("delete from verification", "verification_kept"),
            ("update verification_check set answer = 'revoked'", "verification_check_append_only"),
            ("delete from verification_print", "verification_print_append_only"),
        ] {
            let code = clinic.newest_code().await;
            clinic.checked(&code).await;
            let _ = sql("insert into verification_print (verification_id, number, at, account_id) select id, 1, issued_at, issued_by from verification").run(&clinic.app.db).await;
            let error = sql(text).run(&clinic.app.db).await.unwrap_err();
            assert!(error.violates(name), "{text}: {error}");
        }
    }
}

/// The control: a code with a wrong letter is not genuine, so the answers above can differ.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_wrong_letter_is_another_code() {
    let clinic = Clinic::on_sqlite().await;
    let room = clinic.served_room().await;
    room.issue("yes", &[]).await.expect(303);
    let code = clinic.newest_code().await;
    let other = if code.ends_with('A') { "B" } else { "A" };
    let wrong = format!("{}{other}", &code[..25]);
    assert_eq!(clinic.checked(&wrong).await.text("#answer h2"), "Unknown");
}
