//! The frame of the record: who sees what, and what the trail keeps.

use infirmary::access::model::Role;
use infirmary::db::sql;

use crate::support::ADA;

const CLINICAL: [&str; 4] = ["penicillin", "asthma", "SC (told", "Allerg"];

both! {
    async fn those_who_treat_see_allergies_and_the_desk_never_receives_them(clinic) {
        let desk = clinic.receptionist().await;
        let id = clinic.registered(&desk, ADA).await;
        clinic.told(id).await;
        clinic.is_here(id).await;
        let doctor = clinic.doctor().await;
        let record = doctor.get(&format!("/patients/{id}")).await;
        for word in CLINICAL {
            assert!(record.expect(200).body.contains(word), "{word}");
        }
        assert!(record.says("AB-"));
        let admin = clinic.administrator().await;
        let cashier = clinic.signed_in("cash", &[Role::Cashier]).await;
        for (who, paths) in [
            (&desk, vec!["", "/edit", "/card", "/history"]),
            (&admin, vec!["", "/edit", "/card", "/history", "/state"]),
            (&cashier, vec![""]),
        ] {
            for path in paths {
                let page = who.get(&format!("/patients/{id}{path}")).await;
                for word in CLINICAL {
                    assert!(!page.expect(200).body.contains(word), "{word} on {path}");
                }
                assert!(!page.says("AB-"), "{path}");
            }
            who.get(&format!("/patients/{id}/clinical")).await.expect(403);
        }
        let list = desk.get("/patients?q=ade").await;
        assert!(CLINICAL.iter().all(|word| !list.body.contains(word)));
    }

    async fn the_desk_checks_in_from_the_page_of_a_patient(clinic) {
        clinic.point("Triage", "triage").await;
        let desk = clinic.receptionist().await;
        let id = clinic.registered(&desk, ADA).await;
        let page = desk.get(&format!("/patients/{id}")).await;
        let arrivals = desk.submit(&page, "#arrives", &[]).await;
        let arrivals = desk.follow(arrivals).await;
        assert!(arrivals.expect(200).text("#found").contains("Ògúntádé"), "{}", arrivals.text("main"));
        let cashier = clinic.signed_in("cash", &[Role::Cashier]).await;
        assert!(!cashier.get(&format!("/patients/{id}")).await.has("#arrives"));
    }

    async fn sixty_who_open_a_record_at_once_all_see_it_and_are_all_in_the_trail(clinic) {
        let desk = clinic.receptionist().await;
        let id = clinic.patient("Ada Obi").await;
        let path = format!("/patients/{id}");
        let pages = futures::future::join_all((0..60).map(|_| desk.get(&path))).await;
        let statuses: Vec<u16> = pages.iter().map(|page| page.status).collect();
        assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
        let trail = "select count(*) from audit_entry where action = 'patient.opened'";
        assert_eq!(clinic.count(trail).await, 60);
    }

    async fn every_opening_is_in_the_trail_before_the_page_is_out(clinic) {
        let desk = clinic.receptionist().await;
        let id = clinic.registered(&desk, ADA).await;
        let doctor = clinic.doctor().await;
        let record = doctor.get(&format!("/patients/{id}")).await;
        let queries: u32 = record.expect(200).headers["x-queries"].to_str().unwrap().parse().unwrap();
        assert!(queries <= 6, "{queries}");
        let (name, role, patient): (String, String, i64) =
            sql("select name, role, patient_id from audit_entry where action = 'patient.opened' order by id desc limit 1")
                .one(&clinic.app.db).await.unwrap();
        assert_eq!((name.as_str(), role.as_str(), patient), ("doctor", "doctor", id.0));
        let before = clinic.count("select count(*) from audit_entry where action = 'patient.opened'").await;
        doctor.get("/patients/999999").await.expect(404);
        doctor.get("/patients/x").await.expect(404);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'patient.opened'").await, before);
    }

    async fn a_patient_never_reaches_the_records_of_staff_pages(clinic) {
        let ada = clinic.student("Ada Obi", "19/52HA001").await;
        let ben = clinic.student("Ben Obi", "19/52HA002").await;
        let browser = clinic.signed_in_patient(ada, "19/52ha001").await;
        for path in ["", "/edit", "/card", "/clinical", "/history", "/state"] {
            browser.get(&format!("/patients/{ben}{path}")).await.expect(403);
            browser.get(&format!("/patients/{ada}{path}")).await.expect(403);
        }
        browser.get("/patients?q=obi").await.expect(403);
        browser.get("/students").await.expect(403);
    }

    async fn a_member_of_staff_does_not_work_on_the_own_record(clinic) {
        let desk = clinic.receptionist().await;
        let own = clinic.registered(&desk, &crate::support::ada_but(&[("email", "Doc@Clinic.ng")])).await;
        let other = clinic.patient("Ben Okoro").await;
        let doctor = clinic.doctor().await;
        sql("update account set email = 'doc@clinic.ng' where sign_in_name = 'doctor'").run(&clinic.app.db).await.unwrap();
        // What a patient typed keeps nobody out; it is a hint for the administrator, who decides.
        doctor.get(&format!("/patients/{own}")).await.expect(200);
        let admin = clinic.administrator().await;
        let me = clinic.count("select id from account where sign_in_name = 'doctor'").await;
        let form = admin.get(&format!("/staff/{me}/edit")).await;
        assert_eq!(form.text("#same-address"), "A patient with this e-mail address is registered: P-000001. \
            If it is the same person, enter the number.");
        admin.submit(&form, "#staff", &[("own_record", "P-000001")]).await.expect(303);
        assert!(!admin.get(&format!("/staff/{me}/edit")).await.has("#same-address"));
        let refused = doctor.get(&format!("/patients/{own}")).await;
        assert!(refused.expect(403).body.contains("your own record"));
        doctor.get(&format!("/patients/{own}/clinical")).await.expect(403);
        doctor.post(&format!("/patients/{own}/clinical"), &[("version", "1"), ("op", &"a".repeat(32))]).await.expect(403);
        doctor.get(&format!("/patients/{other}")).await.expect(200);
    }

    async fn the_timeline_shows_appointments_and_visits_without_their_reasons(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.patient("Ada Obi").await;
        let at = clinic.app.clock.now();
        let account: i64 = clinic.count("select id from account where sign_in_name = 'doctor'").await;
        let mut tx = clinic.app.db.begin().await.unwrap();
        let reason: i64 = sql("insert into visit_reason (name, minutes) values ('Private matter', 20) returning id")
            .scalar(&mut tx).await.unwrap();
        let slot: i64 = sql("insert into slot (doctor_id, starts_at, ends_at, capacity, public_capacity, day)
             values ($1, $2, $3, 1, 1, $4) returning id")
            .bind(account).bind(at).bind(at + chrono::TimeDelta::minutes(20)).bind(at.date_naive()).scalar(&mut tx).await.unwrap();
        sql("insert into appointment (reference, patient_id, slot_id, doctor_id, starts_at, ends_at, reason_id, complaint,
                place, state, calendar_uid, created_at, updated_at)
             values ('R1', $1, $2, $3, $4, $5, $6, 'secret complaint', 'desk', 'booked', 'R1', $4, $4)")
            .bind(id).bind(slot).bind(account).bind(at).bind(at + chrono::TimeDelta::minutes(20)).bind(reason)
            .run(&mut tx).await.unwrap();
        sql("insert into visit (patient_id, day, series, number, token, slip_code, opened_at) values ($1, $2, 'A', 1, 'A001', 'x', $3)")
            .bind(id).bind(at.date_naive()).bind(at - chrono::TimeDelta::hours(1)).run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let record = doctor.get(&format!("/patients/{id}")).await;
        let lines = record.expect(200).texts(".timeline li p");
        assert_eq!(lines, ["Appointment with doctor Booked", "Visit, token A001 In the clinic"]);
        assert!(!record.body.contains("secret complaint") && !record.body.contains("Private matter"));
    }
}
