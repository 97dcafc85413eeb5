//! Whose health part a doctor or a nurse may read, and the reason that opens it for others (rules A1, A7).

use infirmary::access::model::Role;
use infirmary::db::sql;

use crate::support::{Browser, Clinic, Seen, ada_but};
use infirmary::patients::PatientId;

/// What stands in the health part of a patient of these stories, and nowhere else.
const CLINICAL: [&str; 4] = ["penicillin", "asthma", "AB- (told", "SC (told"];

fn shows_health(page: &Seen) -> bool {
    let found: Vec<bool> = CLINICAL.iter().map(|word| page.body.contains(word)).collect();
    assert!(found.windows(2).all(|pair| pair[0] == pair[1]), "in part: {found:?}\n{}", page.body);
    found[0]
}

async fn record(browser: &Browser, id: PatientId) -> Seen {
    let page = browser.get(&format!("/patients/{id}")).await;
    page.expect(200);
    page
}

async fn account_of(clinic: &Clinic, name: &str) -> infirmary::access::model::AccountId {
    sql("select id from account where sign_in_name = $1").bind(name).scalar(&clinic.app.db).await.unwrap()
}

const REASON: [(&str, &str); 2] =
    [("opening_reason", "contact"), ("opening_words", "She called about her results")];

both! {
    async fn a_relation_opens_the_health_part_and_nothing_else_does(clinic) {
        let doctor = clinic.doctor().await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let (me, other) = (account_of(&clinic, "doctor").await, clinic.consultant("colleague").await);
        let stranger = clinic.patient("Ada Obi").await;
        let here = clinic.patient("Ben Obi").await;
        clinic.is_here(here).await;
        let today = clinic.patient("Chi Obi").await;
        clinic.booking(today, other, 120).await;
        let mine = clinic.patient("Dayo Obi").await;
        clinic.booking(mine, me, 3 * 24 * 60).await;
        let treated = clinic.patient("Efe Obi").await;
        let past = clinic.booking(treated, me, -40 * 24 * 60).await;
        sql("update appointment set state = 'fulfilled' where id = $1").bind(past).run(&clinic.app.db).await.unwrap();
        for id in [stranger, here, today, mine, treated] {
            clinic.told(id).await;
        }
        for (id, for_doctor, for_nurse) in [
            (stranger, false, false), (here, true, true), (today, true, true), (mine, true, false), (treated, true, false),
        ] {
            assert_eq!(shows_health(&record(&doctor, id).await), for_doctor, "doctor, {id}");
            assert_eq!(shows_health(&record(&nurse, id).await), for_nurse, "nurse, {id}");
        }
        // The relation ends with the visit and with the cancelled appointment.
        sql("update visit set closed_at = opened_at, close_reason = 'left'").run(&clinic.app.db).await.unwrap();
        sql("update appointment set state = 'cancelled' where state = 'booked'").run(&clinic.app.db).await.unwrap();
        for id in [here, today, mine] {
            assert!(!shows_health(&record(&doctor, id).await), "{id}");
        }
    }

    async fn a_booking_made_by_oneself_opens_nothing_before_the_patient_has_come(clinic) {
        let doctor = clinic.doctor().await;
        let me = account_of(&clinic, "doctor").await;
        let id = clinic.patient("Ada Obi").await;
        clinic.told(id).await;
        let booking = clinic.booking(id, me, 60).await;
        sql("update appointment set booked_by = $2 where id = $1").bind(booking).bind(me).run(&clinic.app.db).await.unwrap();
        assert!(!shows_health(&record(&doctor, id).await));
        sql("update appointment set state = 'arrived' where id = $1").bind(booking).run(&clinic.app.db).await.unwrap();
        assert!(shows_health(&record(&doctor, id).await));
    }

    async fn a_reason_opens_the_health_part_for_an_hour_and_stands_in_the_trail(clinic) {
        let doctor = clinic.doctor().await;
        let second = clinic.signed_in("second", &[Role::Doctor]).await;
        let id = clinic.patient("Ada Obi").await;
        clinic.told(id).await;
        let closed = record(&doctor, id).await;
        let refused = doctor.submit(&closed, "#opening", &[("opening_words", "ok")]).await;
        assert_eq!(refused.expect(422).errors(),
            ["Choose why you open this record", "Say a little more, so that a colleague understands it"]);
        assert_eq!(refused.text("#opening_words"), "ok");
        assert!(!shows_health(&refused));
        doctor.submit(&closed, "#opening", &REASON).await.expect(303);
        doctor.submit(&closed, "#opening", &REASON).await.expect(303);
        assert_eq!(clinic.count("select count(*) from record_opening").await, 1, "a double press opens once");
        let open = record(&doctor, id).await;
        assert!(shows_health(&open) && open.body.contains("Open to you until 10:00"), "{}", open.body);
        assert!(!shows_health(&record(&second, id).await), "to nobody else");
        let detail: String = sql("select detail from audit_entry where action = 'record.opened_by_reason' and patient_id = $1")
            .bind(id).scalar(&clinic.app.db).await.unwrap();
        assert!(detail.contains("The patient called or wrote") && detail.contains("about her results"), "{detail}");
        clinic.wait_minutes(61);
        clinic.sign_in(&doctor, "doctor").await;
        assert!(!shows_health(&record(&doctor, id).await), "the hour is over");
        let admin = clinic.administrator().await;
        let list = admin.get("/audit").await;
        let by_reason = list.links("#ready a").into_iter().next().unwrap();
        let list = admin.get(&by_reason).await;
        assert_eq!(list.expect(200).texts("tbody td[data-label=What]"),
            ["Record opened by reason: The patient called or wrote. She called about her results"]);
    }

    async fn the_tables_own_bounds_hold_whatever_the_program_does(clinic) {
        let doctor = clinic.staff("doctor", &[Role::Doctor]).await;
        let id = clinic.patient("Ada Obi").await;
        let at = clinic.app.clock.now();
        let opening = |reason: &'static str, words: &'static str, minutes: i64| {
            sql("insert into record_opening (patient_id, account_id, kind, reason, words, opened_at, expires_at)
                 values ($1, $2, 'reason', $3, $4, $5, $6)")
                .bind(id).bind(doctor).bind(reason).bind(words).bind(at).bind(at + chrono::TimeDelta::minutes(minutes))
        };
        for (reason, words, minutes, why) in [
            ("contact", "She called me", 61, "record_opening_bounded"), ("contact", "She called me", 0, "record_opening_bounded"),
            ("curious", "She called me", 60, "record_opening_reason"), ("contact", "    x    ", 60, "record_opening_words"),
        ] {
            let error = opening(reason, words, minutes).run(&clinic.app.db).await.unwrap_err();
            assert!(error.violates(why), "{why}: {error}");
        }
        opening("contact", "She called me", 60).run(&clinic.app.db).await.unwrap();
        sql("update record_opening set expires_at = opened_at").run(&clinic.app.db).await.unwrap_err();
        sql("delete from record_opening").run(&clinic.app.db).await.unwrap_err();
    }

    async fn no_other_role_ever_receives_the_health_part_nor_can_open_it(clinic) {
        let id = clinic.patient("Ada Obi").await;
        clinic.told(id).await;
        clinic.is_here(id).await;
        let doctor = clinic.consultant("colleague").await;
        let booking = clinic.booking(id, doctor, 60).await;
        sql("update appointment set complaint = 'penicillin asthma AB- >SC<' where id = $1").bind(booking).run(&clinic.app.db).await.unwrap();
        for (name, role) in [("desk", Role::Receptionist), ("cash", Role::Cashier), ("lab", Role::LabAttendant),
            ("pharm", Role::Pharmacist), ("admin", Role::Admin)] {
            let browser = clinic.signed_in(name, &[role]).await;
            assert!(!shows_health(&record(&browser, id).await), "{name}");
            browser.get(&format!("/patients/{id}/clinical")).await.expect(403);
            let op = "a".repeat(32);
            let fields = [REASON[0], REASON[1], ("op", op.as_str())];
            browser.post(&format!("/patients/{id}/openings"), &fields).await.expect(403);
            for path in ["/edit", "/card", "/history", "/state"] {
                assert!(!shows_health(&browser.get(&format!("/patients/{id}{path}")).await), "{name}{path}");
            }
            for path in ["/patients?q=ada".to_owned(), format!("/appointments/{booking}"), "/appointments".to_owned()] {
                assert!(!shows_health(&browser.get(&path).await), "{name} {path}");
            }
        }
        assert_eq!(clinic.count("select count(*) from record_opening").await, 0);
    }

    async fn the_words_of_an_appointment_follow_the_same_relation(clinic) {
        let doctor = clinic.doctor().await;
        let other = clinic.consultant("colleague").await;
        let id = clinic.patient("Ada Obi").await;
        let booking = clinic.booking(id, other, 3 * 24 * 60).await;
        sql("update appointment set complaint = 'a private complaint' where id = $1").bind(booking).run(&clinic.app.db).await.unwrap();
        let page = doctor.get(&format!("/appointments/{booking}")).await;
        assert!(!page.expect(200).body.contains("private complaint"));
        clinic.is_here(id).await;
        assert!(doctor.get(&format!("/appointments/{booking}")).await.body.contains("private complaint"));
    }

    async fn what_was_typed_while_the_time_ran_out_is_saved_with_a_reason(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.patient("Ada Obi").await;
        assert_eq!(doctor.get(&format!("/patients/{id}/clinical")).await.leads_to(), Some(format!("/patients/{id}")));
        let closed = record(&doctor, id).await;
        doctor.submit(&closed, "#opening", &REASON).await.expect(303);
        let form = doctor.get(&format!("/patients/{id}/clinical")).await;
        clinic.wait_minutes(14);
        for _ in 0..4 {
            doctor.get("/").await.expect(200);
            clinic.wait_minutes(12);
        }
        let late = doctor.submit(&form, "#health", &[("allergies_told", "cashew nuts")]).await;
        assert_eq!(late.expect(422).text("#allergies_told"), "cashew nuts");
        assert_eq!(clinic.count("select count(*) from patient where allergies_told <> ''").await, 0);
        doctor.submit(&late, "#health", &REASON).await.expect(303);
        assert_eq!(clinic.count("select count(*) from patient where allergies_told = 'cashew nuts'").await, 1);
        assert_eq!(clinic.count("select count(*) from record_opening").await, 2);
    }

    async fn an_administrator_links_a_colleague_to_the_own_record_which_then_stays_closed_to_them(clinic) {
        let doctor = clinic.doctor().await;
        let me = account_of(&clinic, "doctor").await;
        let desk = clinic.receptionist().await;
        let own = clinic.registered(&desk, &ada_but(&[("email", "")])).await;
        clinic.told(own).await;
        clinic.is_here(own).await;
        assert!(shows_health(&record(&doctor, own).await));
        let admin = clinic.administrator().await;
        let form = admin.get(&format!("/staff/{me}/edit")).await;
        let refused = admin.submit(&form, "#staff", &[("own_record", "19/99XX999")]).await;
        assert_eq!(refused.expect(422).errors(), ["No patient has this number. Check it, or leave this empty"]);
        let number: String = sql("select number from patient where id = $1").bind(own).scalar(&clinic.app.db).await.unwrap();
        admin.submit(&form, "#staff", &[("own_record", &number.to_lowercase())]).await.expect(303);
        assert!(admin.get(&format!("/staff/{me}")).await.body.contains(&number));
        let op = "a".repeat(32);
        for path in ["", "/history", "/clinical"] {
            doctor.get(&format!("/patients/{own}{path}")).await.expect(403);
        }
        for path in ["/clinical", "/openings"] {
            doctor.post(&format!("/patients/{own}{path}"), &[("op", op.as_str()), REASON[0], REASON[1]]).await.expect(403);
        }
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'account.changed' and detail like '%own record%'").await, 1);
        sql("update account set own_record_id = 1 where kind = 'patient'").run(&clinic.app.db).await.unwrap_err();
    }

    async fn nobody_takes_the_link_to_the_own_record_away_alone(clinic) {
        let admin = clinic.administrator().await;
        let me = account_of(&clinic, "admin").await;
        let own = clinic.patient("Ada Obi").await;
        sql("update account set own_record_id = $2 where id = $1").bind(me).bind(own).run(&clinic.app.db).await.unwrap();
        admin.get(&format!("/patients/{own}")).await.expect(403);
        let form = admin.get(&format!("/staff/{me}/edit")).await;
        let refused = admin.submit(&form, "#staff", &[("own_record", "")]).await;
        assert_eq!(refused.expect(422).errors(), ["Another administrator changes the number of your own record"]);
        admin.get(&format!("/patients/{own}")).await.expect(403);
    }

    async fn a7_the_record_and_the_money_of_a_relative_stay_closed_at_work(clinic) {
        let doctor = clinic.signed_in("doctor", &[Role::Doctor, Role::Cashier]).await;
        let me = account_of(&clinic, "doctor").await;
        let sister = clinic.patient("Bisi Nwosu").await;
        let other = clinic.visitor("Somebody Else").await;
        doctor.get(&format!("/patients/{sister}/wallet")).await.expect(200);
        let admin = clinic.administrator().await;
        let page = admin.get(&format!("/staff/{me}")).await;
        let refused = admin.submit(&page, "#relative-form", &[("relative", "19/99XX999")]).await;
        assert_eq!(refused.expect(422).errors(), ["No patient has this number. Check it"]);
        let number: String = sql("select number from patient where id = $1").bind(sister).scalar(&clinic.app.db).await.unwrap();
        admin.submit(&refused, "#relative-form", &[("relative", &number.to_lowercase())]).await.expect(303);
        let page = admin.get(&format!("/staff/{me}")).await;
        assert!(page.text("#relatives").contains("Bisi Nwosu"), "{}", page.text("#relatives"));
        for path in ["", "/history", "/clinical", "/wallet"] {
            let seen = doctor.get(&format!("/patients/{sister}{path}")).await;
            assert!(seen.expect(403).body.contains("that of a relative"), "{path}");
        }
        let emergency = doctor.post(&format!("/patients/{sister}/emergency"), &[("op", "an-emergency-of-a-relative-001")]).await;
        emergency.expect(403);
        doctor.get(&format!("/patients/{other}/wallet")).await.expect(200);
        // Nobody takes the own relatives away; somebody else does.
        sql("insert into account_role (account_id, role) values ($1, 'admin')").bind(me).run(&clinic.app.db).await.unwrap();
        let own = doctor.get(&format!("/staff/{me}")).await;
        assert!(!own.body.contains("Take away"));
        let patient = sister.to_string();
        let alone = [("op", "the-own-relative-taken-away-01"), ("patient", patient.as_str())];
        doctor.post(&format!("/staff/{me}/relatives/removal"), &alone).await.expect(422);
        doctor.get(&format!("/patients/{sister}")).await.expect(403);
        admin.submit(&page, "#relatives td form", &[]).await.expect(303);
        doctor.get(&format!("/patients/{sister}/wallet")).await.expect(200);
        for action in ["account.relative_added", "account.relative_removed"] {
            assert!(clinic.has_entry(action).await, "{action}");
        }
    }
}
