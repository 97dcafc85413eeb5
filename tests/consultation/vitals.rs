//! Vital signs and the early-warning score (rules W1 to W4).

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::queue::model::{Priority, VisitId};
use infirmary::web::paths;

use crate::support::consultation::{WELL, take, well_but};
use crate::support::{Browser, Clinic};

/// Pulse, breath and temperature of somebody who is very ill: NEWS2 8, confirmed.
const ILL: [(&str, &str); 4] =
    [("temperature", "39.4"), ("pulse", "128"), ("respiration", "26"), ("oxygen_saturation", "95")];

async fn priority_of(clinic: &Clinic, visit: VisitId) -> Priority {
    sql("select priority from queue_entry where visit_id = $1 order by id desc limit 1")
        .bind(visit)
        .scalar(&clinic.app.db)
        .await
        .unwrap()
}

/// Takes signs that are far off, and confirms them when asked.
async fn take_ill(browser: &Browser, visit: VisitId, signs: &[(&str, &str)]) -> crate::support::Seen {
    let asked = take(browser, visit, signs).await;
    browser.submit(asked.expect(422), "#vitals", &[("checked", "yes")]).await
}

both! {
    async fn a_nurse_takes_vital_signs_and_goes_back_to_the_line(clinic) {
        let point = clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        let signs = well_but(&[("weight", "64,5"), ("height", "172"), ("note", "Walked in by herself")]);
        let seen = take(&nurse, here.visit, &signs).await;
        assert_eq!(seen.leads_to(), Some(paths::queue::board(point)));
        let page = nurse.get(&paths::consultation::taking(clinic.newest_vitals(here.visit).await)).await;
        assert_eq!(page.text("#score"), "NEWS2 0");
        let measured = page.text("#measured");
        for part in ["36.8 °C", "72 /min", "98 %", "64.5 kg", "172.0 cm", "21.8 kg/m²", "Walked in by herself"] {
            assert!(measured.contains(part), "{part}: {measured}");
        }
        assert_eq!(priority_of(&clinic, here.visit).await, Priority::Normal);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'vitals.taken'").await, 1);
        assert_eq!(clinic.count("select count(*) from audit_entry where detail like '%36%'").await, 0, "no values in the trail");
    }

    async fn a_bad_score_goes_before_others_and_stands_on_every_doctors_board(clinic) {
        let triage = clinic.point("Triage", "triage").await;
        let consulting = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        let seen = take_ill(&nurse, here.visit, &well_but(&ILL)).await;
        let page = nurse.follow(seen).await;
        assert_eq!(page.text("#score"), "NEWS2 8");
        assert!(page.body.contains("Call for help and stay with the patient"), "{}", page.body);
        assert_eq!(priority_of(&clinic, here.visit).await, Priority::Emergency);
        let board = doctor.get(&paths::queue::board(consulting)).await;
        let told = board.text("[id^=attention-]");
        assert!(told.contains(&here.token) && told.contains("NEWS2 8: emergency"), "{told}");
        // Neither the desk nor the board of triage says why.
        let desk = clinic.receptionist().await;
        for address in [paths::queue::board(triage), paths::queue::board(consulting), paths::queue::ARRIVALS.to_owned()] {
            let seen = desk.get(&address).await;
            assert!(!seen.body.contains("NEWS2") && !seen.body.contains("39.4"), "{address}");
        }
        let after = doctor.submitted(&board, "[id^=attention-] form", &[]).await;
        assert!(!after.has("[id^=attention-]"));
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'attention.seen_to'").await, 1);
    }

    async fn of_ten_doctors_who_see_to_it_at_once_one_does_and_the_others_are_told(clinic) {
        clinic.point("Triage", "triage").await;
        let consulting = clinic.point("Consulting", "consulting").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        take_ill(&nurse, here.visit, &well_but(&ILL)).await.expect(303);
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let board = doctor.get(&paths::queue::board(consulting)).await;
        let ops: Vec<String> = (0..10).map(|turn| format!("0123456789abcde{turn}")).collect();
        let fields: Vec<_> = ops.iter().map(|op| [("op", op.as_str())]).collect();
        let presses = fields.iter().map(|op| doctor.submit(&board, "[id^=attention-] form", op));
        let answers = futures::future::join_all(presses).await;
        let of = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((of(303), of(409)), (1, 9));
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'attention.seen_to'").await, 1);
    }

    async fn a_single_three_is_urgent_and_four_points_are_not(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        let calm = clinic.arrived_aged("Bola Ade", 30).await;
        take(&nurse, calm.visit, &well_but(&[("pulse", "111"), ("temperature", "39.1")])).await.expect(303);
        assert_eq!(priority_of(&clinic, calm.visit).await, Priority::Normal);
        let confused = clinic.arrived_aged("Chi Eze", 30).await;
        let seen = take(&nurse, confused.visit, &well_but(&[("consciousness", "confused")])).await;
        let page = nurse.follow(seen).await;
        assert_eq!(page.text("#score"), "NEWS2 3");
        assert_eq!(priority_of(&clinic, confused.visit).await, Priority::Raised);
    }

    async fn a_priority_that_is_higher_already_stays(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        let mut tx = clinic.app.db.begin().await.unwrap();
        sql("update queue_entry set priority = 'emergency', priority_reason = 'Bleeding' where visit_id = $1")
            .bind(here.visit).run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        take(&nurse, here.visit, &well_but(&[("consciousness", "confused")])).await.expect(303);
        assert_eq!(priority_of(&clinic, here.visit).await, Priority::Emergency);
    }

    async fn a_gap_gives_no_score_and_children_have_none(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        take(&nurse, here.visit, &[("temperature", "37"), ("pulse", "80")]).await.expect(303);
        let page = nurse.get(&paths::consultation::taking(clinic.newest_vitals(here.visit).await)).await;
        assert!(page.text("#unscored").starts_with("NEWS2 is incomplete: respiration, oxygen saturation, air or oxygen"));
        let child = clinic.arrived_aged("Tobi Ade", 6).await;
        take(&nurse, child.visit, &well_but(&[("pulse", "100"), ("respiration", "22"), ("systolic", "100"), ("diastolic", "60")])).await.expect(303);
        let page = nurse.get(&paths::consultation::taking(clinic.newest_vitals(child.visit).await)).await;
        assert_eq!(page.text("#unscored"), "NEWS2 is not made for people under 16.");
        assert_eq!(clinic.count("select count(*) from vitals where news2 is not null").await, 0);
    }

    async fn impossible_values_are_refused_and_nothing_typed_is_lost(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        let wrong = well_but(&[("temperature", "98.6"), ("pulse", "abc"), ("height", "-3"), ("weight", "1e9"), ("note", "Kept")]);
        let page = take(&nurse, here.visit, &wrong).await;
        let errors = page.expect(422).errors();
        assert_eq!(errors.len(), 4, "{errors:?}");
        assert!(errors[0].contains("98.6 °F is 37.0 °C"), "{errors:?}");
        assert_eq!(page.attribute("#pulse", "value").as_deref(), Some("abc"));
        assert_eq!(page.attribute("#note", "value").as_deref(), Some("Kept"));
        let page = take(&nurse, here.visit, &well_but(&[("systolic", "80"), ("diastolic", "120")])).await;
        assert_eq!(page.expect(422).errors(), ["Diastolic pressure must be lower than systolic pressure"]);
        assert_eq!(take(&nurse, here.visit, &[]).await.expect(422).errors(), ["Enter at least one vital sign"]);
        assert_eq!(clinic.count("select count(*) from vitals").await, 0);
    }

    async fn a_value_far_off_is_asked_about_once(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        let page = take(&nurse, here.visit, &well_but(&[("pulse", "180")])).await;
        assert_eq!(page.expect(422).errors(), ["Pulse 180 /min is critically high. Measure again, or confirm it below"]);
        assert!(page.has("#unusual #checked"));
        assert_eq!(clinic.count("select count(*) from vitals").await, 0);
        nurse.submit(&page, "#vitals", &[("checked", "yes")]).await.expect(303);
        let flag: (String, i64, i64) = sql("select level, low, high from vital_flag where sign = 'pulse'").one(&clinic.app.db).await.unwrap();
        assert_eq!(flag, ("critical_high".to_owned(), 51, 90), "stored with its range");
    }

    async fn a_correction_keeps_both_and_takes_the_alarm_back(clinic) {
        clinic.point("Triage", "triage").await;
        let consulting = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        take_ill(&nurse, here.visit, &well_but(&[("pulse", "172")])).await.expect(303);
        assert!(doctor.get(&paths::queue::board(consulting)).await.has("[id^=attention-]"));
        let first = clinic.newest_vitals(here.visit).await;
        let form = nurse.get(&paths::consultation::correction(first)).await;
        assert_eq!(form.attribute("#pulse", "value").as_deref(), Some("172"));
        let refused = nurse.submit(&form, "#vitals", &[("pulse", "72")]).await;
        assert_eq!(refused.expect(422).errors(), ["Enter why you correct it"]);
        let fields = [("pulse", "72"), ("reason", "Slip of a key")];
        nurse.submit(&form, "#vitals", &fields).await.expect(303);
        let second = clinic.newest_vitals(here.visit).await;
        assert!(!doctor.get(&paths::queue::board(consulting)).await.has("[id^=attention-]"));
        let old = nurse.get(&paths::consultation::taking(first)).await;
        assert!(old.body.contains("172 /min") && old.links("main a").contains(&paths::consultation::taking(second)));
        // The form of what is corrected leads to what stands; a colleague's late correction is refused.
        assert_eq!(nurse.get(&paths::consultation::correction(first)).await.leads_to(), Some(paths::consultation::taking(second)));
        let late = nurse.submit(&form, "#vitals", &[("pulse", "75"), ("reason", "Mine"), ("op", "0123456789abcdef")]).await;
        late.expect(409);
        assert_eq!(late.attribute("#pulse", "value").as_deref(), Some("75"));
        assert_eq!(clinic.count("select count(*) from vitals").await, 2);
    }

    async fn ten_who_correct_at_once_make_one_correction(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        take(&nurse, here.visit, &WELL).await.expect(303);
        let first = clinic.newest_vitals(here.visit).await;
        let form = nurse.get(&paths::consultation::correction(first)).await;
        let ops: Vec<String> = (0..10).map(|turn| format!("0123456789abcde{turn}")).collect();
        let fields: Vec<_> = ops.iter().map(|op| [("pulse", "75"), ("reason", "Slip"), ("op", op.as_str())]).collect();
        let answers = futures::future::join_all(fields.iter().map(|fields| nurse.submit(&form, "#vitals", fields))).await;
        let through = answers.iter().filter(|answer| answer.status == 303).count();
        assert_eq!(through, 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
        assert_eq!(clinic.count("select count(*) from vitals where replaces is not null").await, 1);
    }

    async fn one_submission_sent_twice_is_one_taking(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        let page = nurse.get(&paths::consultation::vitals(here.visit)).await;
        let (one, two) = futures::join!(nurse.submit(&page, "#vitals", &WELL), nurse.submit(&page, "#vitals", &WELL));
        assert_eq!(one.expect(303).leads_to(), two.expect(303).leads_to());
        assert_eq!(clinic.count("select count(*) from vitals").await, 1);
    }

    async fn the_table_itself_refuses_change_gaps_in_scores_and_closed_visits(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        let page = nurse.get(&paths::consultation::vitals(here.visit)).await;
        take(&nurse, here.visit, &well_but(&[("temperature", "38.4")])).await.expect(303);
        assert_eq!(clinic.count("select count(*) from vital_flag").await, 1);
        for (statement, kept) in [
            ("update vitals set pulse = 60", "vitals_append_only"),
            ("delete from vitals", "vitals_append_only"),
            ("update vital_flag set level = 'low'", "vital_flag_append_only"),
            ("delete from vital_flag", "vital_flag_append_only"),
        ] {
            let mut tx = clinic.app.db.begin().await.unwrap();
            assert!(sql(statement).run(&mut tx).await.unwrap_err().violates(kept), "{statement}");
        }
        let mut tx = clinic.app.db.begin().await.unwrap();
        let half = sql("insert into vitals (visit_id, patient_id, taken_at, taken_by, pulse, news2)
            select visit_id, patient_id, taken_at, taken_by, 60, 1 from vitals").run(&mut tx).await;
        assert!(half.unwrap_err().violates("vitals_whole_score"));
        drop(tx);
        clinic.ends(here.visit).await;
        // Somebody else ended the visit while a nurse typed: the form says so and keeps what was typed.
        let late = nurse.submit(&page, "#vitals", &well_but(&[("pulse", "88")])).await;
        assert!(late.expect(409).errors()[0].starts_with("This visit is closed"), "{:?}", late.errors());
        assert_eq!(late.attribute("#pulse", "value").as_deref(), Some("88"));
        assert_eq!(clinic.count("select count(*) from vitals").await, 1);
    }

    async fn the_aim_of_the_saturation_is_the_doctors_decision_and_goes_on(clinic) {
        clinic.point("Triage", "triage").await;
        let doctor = clinic.doctor().await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 40).await;
        // A nurse cannot set it, even by a form of her own.
        take(&nurse, here.visit, &well_but(&[("oxygen_saturation", "92"), ("second_scale", "yes")])).await.expect(303);
        assert_eq!(clinic.count("select count(*) from vitals where second_scale").await, 0);
        take(&doctor, here.visit, &well_but(&[("oxygen_saturation", "90"), ("second_scale", "yes")])).await.expect(303);
        let page = nurse.get(&paths::consultation::vitals(here.visit)).await;
        assert!(page.body.contains("A doctor set 88 to 92 % saturation as the aim"));
        take(&nurse, here.visit, &well_but(&[("oxygen_saturation", "90")])).await.expect(303);
        let newest: (bool, i64) = sql("select second_scale, news2 from vitals order by id desc limit 1").one(&clinic.app.db).await.unwrap();
        assert_eq!(newest, (true, 0), "90 % is what is meant to be");
        // What the score counts with nothing is not flagged on the same page either; too much given oxygen is.
        let judged = async || {
            let id = clinic.newest_vitals(here.visit).await;
            nurse.get(&paths::consultation::taking(id)).await.expect(200).text("#measured")
        };
        assert!(!judged().await.contains("usual"), "{}", judged().await);
        take(&nurse, here.visit, &well_but(&[("oxygen_saturation", "94")])).await.expect(303);
        assert!(!judged().await.contains("usual"), "{}", judged().await);
        take(&nurse, here.visit, &well_but(&[("oxygen_saturation", "94"), ("oxygen", "oxygen")])).await.expect(303);
        assert!(judged().await.contains("High, usual 88 to 92"), "{}", judged().await);
        let asked = take(&nurse, here.visit, &well_but(&[("oxygen_saturation", "97"), ("oxygen", "oxygen")])).await;
        assert_eq!(asked.expect(422).errors(), ["Oxygen saturation 97 % is critically high. Measure again, or confirm it below"]);
    }

    async fn curves_and_the_table_show_what_stands(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        for pulse in ["70", "76", "95"] {
            take(&nurse, here.visit, &well_but(&[("pulse", pulse)])).await.expect(303);
        }
        let patient = clinic.patient_of(here.visit).await;
        let page = nurse.get(&paths::consultation::trend(patient)).await;
        assert_eq!(page.expect(200).texts("tbody tr").len(), 3);
        let words = page.attribute("figure:nth-of-type(2) svg", "aria-label").unwrap();
        assert_eq!(words, "Pulse over 3 takings: first 70 /min, lowest 70 /min, highest 95 /min, last 95 /min");
        let queries: u32 = page.headers["x-queries"].to_str().unwrap().parse().unwrap();
        assert!(queries <= 6, "{queries}");
    }

    async fn only_nurses_and_doctors_with_the_patient_take_or_see_vital_signs(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        take(&nurse, here.visit, &WELL).await.expect(303);
        let (id, patient) = (clinic.newest_vitals(here.visit).await, clinic.patient_of(here.visit).await);
        let pages = [
            paths::consultation::vitals(here.visit),
            paths::consultation::taking(id),
            paths::consultation::correction(id),
            paths::consultation::trend(patient),
        ];
        for (name, role) in [("desk", Role::Receptionist), ("lab", Role::LabAttendant), ("till", Role::Cashier), ("boss", Role::Admin)] {
            let browser = clinic.signed_in(name, &[role]).await;
            for page in &pages {
                browser.get(page).await.expect(403);
            }
        }
        for page in ["/visits/999/vitals", "/vitals/999", "/vitals/999/correction", "/patients/999/vitals", "/vitals/x"] {
            nurse.get(page).await.expect(404);
        }
        // Days later the patient is neither in the clinic nor was treated by this nurse: the record asks for the reason.
        clinic.ends(here.visit).await;
        let stranger = clinic.signed_in("stranger", &[Role::Nurse]).await;
        for page in &pages {
            assert_eq!(stranger.get(page).await.leads_to(), Some(paths::patients::show(patient)), "{page}");
        }
    }
}
