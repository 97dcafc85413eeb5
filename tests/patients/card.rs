//! Cards and one-time codes.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::patients;

use crate::support::{ADA, Seen};

fn queries(seen: &Seen) -> u32 {
    seen.headers["x-queries"].to_str().unwrap().parse().unwrap()
}

both! {
    async fn a_card_shows_an_opaque_code_and_a_new_card_ends_the_old_one(clinic) {
        let desk = clinic.receptionist().await;
        let id = clinic.registered(&desk, ADA).await;
        let card = desk.get(&format!("/patients/{id}/card")).await;
        assert!(queries(card.expect(200)) <= 6);
        let code: String = sql("select card_code from patient").scalar(&clinic.app.db).await.unwrap();
        let shown = card.text(".id-card .code");
        assert_eq!(shown.replace('-', ""), code);
        assert_eq!(code.len(), 26, "128 bits and a little more");
        let drawn = patients::Qr::of(&code);
        assert_eq!(card.attribute("svg.qr path", "d"), Some(drawn.path), "the drawing is that of the code");
        assert_eq!(patients::find_by_code(&clinic.app.db, &shown).await.unwrap(), Some(id));
        assert_eq!(desk.get(&format!("/patients?q={code}")).await.leads_to(), Some(format!("/patients/{id}")));
        desk.submit(&card, "#renew", &[]).await.expect(303);
        desk.submit(&card, "#renew", &[]).await.expect(303);
        assert_eq!(patients::find_by_code(&clinic.app.db, &shown).await.unwrap(), None);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'patient.card_renewed'").await, 1);
        let doctor = clinic.doctor().await;
        doctor.get(&format!("/patients/{id}/card")).await.expect(403);
    }

    async fn the_own_card_is_on_the_phone(clinic) {
        let ada = clinic.student("Ada Obi", "19/52HA001").await;
        let browser = clinic.signed_in_patient(ada, "19/52ha001").await;
        let card = browser.get("/my/card").await;
        assert!(queries(card.expect(200)) <= 6);
        let code: String = sql("select card_code from patient").scalar(&clinic.app.db).await.unwrap();
        assert_eq!(card.text(".card .code").replace('-', ""), code);
        assert!(card.text(".card").contains("19/52HA001"));
        clinic.doctor().await.get("/my/card").await.expect(403);
    }

    async fn a_code_is_shown_once_and_kept_as_a_digest(clinic) {
        let desk = clinic.receptionist().await;
        let id = clinic.registered(&desk, ADA).await;
        let record = desk.get(&format!("/patients/{id}")).await;
        let sheet = desk.submit(&record, "#code", &[]).await;
        let code = sheet.expect(200).text(".activation .code");
        assert!(sheet.body.contains("/activate") && sheet.body.contains("19/52HA001"));
        let digest: Vec<u8> = sql("select digest from one_time_code where withdrawn_at is null").scalar(&clinic.app.db).await.unwrap();
        assert!(digest.len() == 32 && !String::from_utf8_lossy(&digest).contains(&code));
        // Sent again: no second code, and the first is not shown again.
        let again = desk.submit(&record, "#code", &[]).await;
        assert_eq!(again.expect(303).leads_to(), Some(format!("/patients/{id}")));
        assert_eq!(clinic.count("select count(*) from one_time_code").await, 1);
        let fresh = desk.get(&format!("/patients/{id}")).await;
        desk.submit(&fresh, "#code", &[]).await.expect(200);
        assert_eq!(clinic.count("select count(*) from one_time_code where withdrawn_at is null").await, 1);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'code.issued'").await, 2);
        assert_eq!(clinic.count("select count(*) from audit_entry where detail like '%code%'").await, 0);
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        nurse.post(&format!("/patients/{id}/codes"), &[("op", &"b".repeat(32))]).await.expect(403);
    }

    async fn a_code_that_replaces_a_password_says_so_and_a_long_name_shrinks_on_the_card(clinic) {
        let desk = clinic.receptionist().await;
        let id = clinic.registered(&desk, ADA).await;
        let before = desk.get(&format!("/patients/{id}")).await;
        assert!(!before.body.contains("The present password stops working"));
        sql("update account set password_hash = 'x' where patient_id = $1").bind(id).run(&clinic.app.db).await.unwrap();
        let stale = desk.submit(&before, "#code", &[]).await;
        assert!(stale.expect(409).body.contains("has a password by now"));
        assert_eq!(clinic.count("select count(*) from one_time_code").await, 0);
        let record = desk.get(&format!("/patients/{id}")).await;
        assert!(record.text("#code").contains("The present password stops working and every device is signed out."));
        desk.submit(&record, "#code", &[]).await.expect(200);
        assert!(desk.get(&format!("/patients/{id}/card")).await.has(".id-card .name[data-long] ~ svg.qr"));
    }

    async fn a_sheet_of_codes_holds_those_who_have_not_activated(clinic) {
        let desk = clinic.receptionist().await;
        let names = [("Ada", "19/52HA001"), ("Ben", "19/52HA002"), ("Cy", "19/52HA003")];
        for (name, matric) in names {
            let born = &format!("{}", 1 + name.len());
            let fields = crate::support::ada_but(&[("family_name", name), ("given_names", name), ("matric_number", matric),
                ("phone", ""), ("born_day", born)]);
            clinic.registered(&desk, &fields).await;
        }
        sql("update account set password_hash = 'x' where sign_in_name = '19/52ha002'").run(&clinic.app.db).await.unwrap();
        let list = desk.get("/students?activated=no").await;
        assert_eq!(list.expect(200).texts("tbody th").len(), 2);
        let sheet = desk.submit(&list, "#codes", &[]).await;
        assert_eq!(sheet.expect(200).texts(".activation h2"), ["Ada Ada", "Cy Cy"]);
        let mut codes = sheet.texts(".activation .code");
        codes.dedup();
        assert_eq!(codes.len(), 2);
        assert_eq!(clinic.count("select count(*) from one_time_code where used_at is null").await, 2);
    }

    async fn the_next_press_makes_the_next_hundred_and_the_printed_sheets_go_on_working(clinic) {
        let desk = clinic.receptionist().await;
        for n in 0..103 {
            let matric = format!("19/52HA{n:03}");
            let id = clinic.student(&format!("Given{n:03} Family{n:03}"), &matric).await;
            sql("insert into account (kind, sign_in_name, name, patient_id, created_at, updated_at) values ('patient', $1, $1, $2, $3, $3)")
                .bind(matric.to_lowercase()).bind(id).bind(clinic.app.clock.now()).run(&clinic.app.db).await.unwrap();
        }
        let press = async || {
            let list = desk.get("/students").await;
            desk.submit(&list, "#codes", &[]).await
        };
        let names = |sheet: &crate::support::Seen| sheet.texts(".activation h2");
        let first = press().await;
        assert_eq!((names(&first).len(), names(&first)[0].as_str()), (100, "Given000 Family000"));
        assert_eq!(names(&press().await), ["Given100 Family100", "Given101 Family101", "Given102 Family102"]);
        let none = press().await;
        assert!(desk.follow(none).await.body.contains("or hold a code that still works"));
        assert_eq!(clinic.count("select count(*) from one_time_code where withdrawn_at is null").await, 103);
        clinic.wait_minutes(73 * 60);
        clinic.sign_in(&desk, "reception").await;
        assert_eq!(names(&press().await).len(), 100, "what has run out is made anew");
    }
}
