//! What was recorded after signing counts when a medicine is given out (rule P2).

use infirmary::access::model::Role;
use infirmary::db::sql;

use crate::support::{AMOXICILLIN, COURSE, PARACETAMOL, Room};

const PENICILLIN: [(&str, &str); 3] =
    [("allergen", "class:penicillin"), ("severity", "severe"), ("certainty", "told")];

both! {
    async fn an_allergy_recorded_after_signing_stops_the_pharmacist_and_who_records_it_is_told_what_it_meets(clinic) {
        clinic.allergens().await;
        let counter = clinic.counter(&[AMOXICILLIN, PARACETAMOL]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 100).await;
        clinic.shelf("paracetamol-500mg-tablet", "PA1", 300, 100).await;
        let stale = counter.page().await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let form = nurse.get(&format!("/patients/{}/allergies/new?q=penicil", counter.room.patient)).await;
        let health = nurse.submitted(&form, "#allergy", &PENICILLIN).await;
        assert!(health.body.contains("1 medicine not yet given: amoxicillin 500 mg capsule. Ask the doctor"), "{}", health.body);
        // Whoever had the page open before is shown the warning first.
        let refused = counter.desk.submit(&stale, "#dispense", &[]).await;
        assert!(refused.expect(422).errors()[0].contains("there is a new warning"), "{:?}", refused.errors());
        let page = counter.page().await;
        let line = clinic.rx_lines(counter.room.visit).await[0].0;
        let warning = page.text(&format!("#line-{line} .rx-warning"));
        assert!(warning.contains("Recorded allergy") && warning.contains("The prescriber did not know this"), "{warning}");
        let refused = counter.gives(&[]).await;
        assert!(refused.expect(422).errors()[0].contains("ask the prescriber, or give the reason"), "{:?}", refused.errors());
        assert_eq!(refused.errors().len(), 1, "the other medicine is not asked about");
        let spite = format!("spite_{line}");
        counter.gives(&[(&spite, "no")]).await.expect(422);
        assert_eq!((clinic.lies("AM1", "Pharmacy").await, clinic.lies("PA1", "Pharmacy").await), (100, 100));
        let reason = "Dr Okoro says by phone that she tolerates it";
        counter.gives(&[(&spite, reason)]).await.expect(303);
        assert_eq!((clinic.lies("AM1", "Pharmacy").await, clinic.lies("PA1", "Pharmacy").await), (85, 85));
        let given = counter.given(&clinic).await;
        assert_eq!(given.texts(".rx-reason").len(), 1);
        assert!(given.text(".rx-reason").contains("Penicillins") && given.text(".rx-reason").contains(reason));
        let told = counter.room.desk.get("/pharmacy/messages").await;
        assert!(told.text(".rx-lines").contains("was given in spite of this") && told.text(".rx-lines").contains(reason), "{}", told.body);
        counter.room.desk.submitted(&told, ".rx-lines form", &[]).await;
        assert!(counter.room.desk.get("/pharmacy/messages").await.has(".empty"));
        assert_eq!(clinic.count("select count(*) from audit_entry where detail like '%enicillin%' or detail like '%by phone%'").await, 0);
        for change in ["warned_reason = 'Another reason'", "warned = '', warned_reason = ''"] {
            let text: &'static str = format!("update dispensing_line set {change} where warned <> ''").leak();
            assert!(sql(text).run(&clinic.app.db).await.unwrap_err().violates("dispensing_line_kept"), "{change}");
        }
    }

    async fn p2_what_is_fetched_late_is_checked_against_what_came_later_and_counts_from_that_day_on(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN, PARACETAMOL]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 100).await;
        clinic.shelf("paracetamol-500mg-tablet", "PA1", 300, 100).await;
        let later = async |days: i64| {
            clinic.wait_minutes(60 * 24 * days);
            clinic.sign_in(&counter.room.desk, "okoro").await;
            clinic.sign_in(&counter.desk, "pharmacist").await;
        };
        let warned = async || counter.room.page().await.texts("#rx .rx-warning").join(" ");
        // Nobody fetched it, and its course is over.
        later(20).await;
        counter.room.adds(PARACETAMOL).await;
        assert_eq!(warned().await, "");
        counter.room.signs(&[]).await.expect(303);
        let refused = counter.gives(&[]).await;
        assert!(refused.expect(422).errors()[0].contains("ask the prescriber, or give the reason"), "{:?}", refused.errors());
        let line = clinic.rx_lines(counter.room.visit).await[1].0;
        let warning = counter.page().await.text(&format!("#line-{line} .rx-warning"));
        assert!(warning.contains("Duplicate"), "{warning}");
        counter.gives(&[(&format!("spite_{line}"), "She takes this one now, the other later")]).await.expect(303);
        later(3).await;
        counter.room.adds(AMOXICILLIN).await;
        assert!(warned().await.contains("Duplicate"), "it was fetched three days ago: {}", warned().await);
        later(5).await;
        assert_eq!(warned().await, "", "five days of taking are over");
    }

    async fn p7_what_is_fetched_late_comes_of_batches_that_last_for_its_course(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "SOON", 23, 100).await;
        clinic.shelf("amoxicillin-500mg-capsule", "LONG", 300, 100).await;
        clinic.wait_minutes(60 * 24 * 20);
        clinic.sign_in(&counter.desk, "pharmacist").await;
        counter.gives(&[]).await.expect(303);
        assert_eq!((clinic.lies("SOON", "Pharmacy").await, clinic.lies("LONG", "Pharmacy").await), (100, 85));
    }

    async fn what_is_taken_instead_goes_back_to_the_prescriber_and_the_rest_is_given(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN, PARACETAMOL]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 100).await;
        clinic.shelf("paracetamol-500mg-tablet", "PA1", 300, 100).await;
        clinic.is_allergic(counter.room.patient, "medicine", "amoxicillin", "severe").await;
        let lines = clinic.rx_lines(counter.room.visit).await;
        let page = counter.page().await;
        counter.desk.submit(&page, "#query", &[("question", "She is allergic to it. What instead?")]).await.expect(303);
        counter.gives(&[(&format!("give_{}", lines[0].0), "0")]).await.expect(303);
        assert_eq!((clinic.lies("AM1", "Pharmacy").await, clinic.lies("PA1", "Pharmacy").await), (100, 85));
    }

    async fn what_was_signed_in_spite_of_a_warning_is_not_asked_again_and_what_is_over_is_not_shown(clinic) {
        let room = clinic.prescribing_room().await;
        clinic.is_allergic(room.patient, "class", "penicillin", "moderate").await;
        room.adds(AMOXICILLIN).await;
        let line = clinic.rx_lines(room.visit).await[0].0;
        room.signs(&[(&format!("rx_reason_{line}"), "Tolerated it in March")]).await.expect(303);
        let prescription = clinic.signed_in_visit(room.visit).await;
        let desk = clinic.pharmacist().await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 100).await;
        let path = format!("/prescriptions/{prescription}/dispensing");
        let page = desk.get(&path).await;
        assert!(page.text(".rx-reason").contains("Tolerated it in March") && !page.has(&format!("#spite_{line}")));
        assert!(!page.body.contains("The prescriber did not know this"));
        // Words that no program compares were not there when it was signed.
        clinic.allergic(room.patient, "Local herbs").await;
        let page = desk.get(&path).await;
        assert!(page.has(&format!("#spite_{line}")) && page.text(".rx-lines").contains("not known to the program: Local herbs"));
        desk.submit(&page, "#dispense", &[]).await.expect(422);
        desk.submit(&page, "#dispense", &[(&format!("spite_{line}"), "Compared by hand")]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from dispensing_line where warned like '%Local herbs%'").await, 1);
    }

    async fn who_was_asked_about_allergies_since_is_not_called_unasked(clinic) {
        infirmary::prescribing::ensure_catalogue(&clinic.app.db).await.unwrap();
        let (doctor, desk) = clinic.doctor_named("Okoro").await;
        let (patient, visit) = clinic.is_examined("Ada Obi", doctor).await;
        let counter = clinic.at_counter(Room { doctor, desk, patient, visit }, "pharmacist", &[AMOXICILLIN]).await;
        // The banner says it once, not each medicine again.
        let page = counter.page().await;
        assert!(page.body.contains("Allergies not asked yet") && !page.has(".rx-warning"), "{}", page.text(".rx-lines"));
        clinic.states_no_allergy(patient).await;
        let page = counter.page().await;
        assert!(!page.body.contains("Allergies not asked") && !page.has(".rx-warning"), "{}", page.text(".rx-lines"));
    }

    async fn an_allergy_written_later_stops_a_free_text_whose_name_contains_it(clinic) {
        let room = clinic.prescribing_room().await;
        let said = [("rx_medicine", "tramal gold"), ("rx_free", "yes"), ("rx_strength", "50 mg"), ("rx_form", "capsule"),
            ("rx_route", "oral"), ("rx_unit", "capsule")];
        room.press("rx.add", &[said.as_slice(), &COURSE].concat()).await.expect(303);
        let key = room.page().await.attribute("#rx_compared", "value").unwrap();
        room.signs(&[("rx_compared", &key)]).await.expect(303);
        let prescription = clinic.signed_in_visit(room.visit).await;
        let desk = clinic.pharmacist().await;
        let path = format!("/prescriptions/{prescription}/dispensing");
        let words = "not known to the program: tramal";
        assert!(!desk.get(&path).await.expect(200).body.contains(words));
        sql("insert into allergy (patient_id, kind, substance, severity, certainty, state, recorded_name, recorded_at)
             values ($1, 'food', 'tramal', 'unknown', 'told', 'active', 'a nurse', $2)")
        .bind(room.patient)
        .bind(clinic.app.clock.now())
        .run(&clinic.app.db)
        .await
        .unwrap();
        let shown = desk.get(&path).await;
        assert!(shown.texts(".rx-warning").iter().any(|one| one.contains(words)), "{}", shown.body);
    }
}
