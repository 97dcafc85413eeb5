//! What became of a visit, what was withdrawn of it and what was given in it: told alike on paper, on the phone and in the
//! line of time.

use infirmary::db::sql;
use infirmary::web::paths;

use crate::support::AMOXICILLIN;
use crate::support::consultation::{press, send_to};

both! {
    async fn what_became_of_a_visit_stands_on_the_summary_the_phone_and_the_timeline(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        let patient = clinic.patient_of(here.visit).await;
        let phone = clinic.phone_of(patient).await;
        let (mine, paper) = (paths::letters::my_visit(here.visit), paths::letters::summary(here.visit));
        press(&doctor, here.visit, "save", &[("outcome", "sent_to_hospital"), ("outcome_note", "UITH")]).await.expect(303);
        assert!(!phone.get(&mine).await.has("#outcome"), "nothing is signed yet");
        press(&doctor, here.visit, "sign", &[("complaint", "Chest pain")]).await.expect(303);
        let page = doctor.get(&paths::consultation::consult(here.visit)).await;
        send_to(&doctor, &page, &paths::consultation::completion(here.visit), &[]).await.expect(303);
        for seen in [phone.get(&mine).await, doctor.get(&paper).await] {
            assert_eq!(seen.expect(200).text("#outcome p"), "You were sent to hospital: UITH.", "{}", seen.path);
        }
        let page = doctor.get(&paths::consultation::consult(here.visit)).await;
        assert!(page.text("#became").starts_with("Sent to hospital: UITH, as Dr Nwosu said"), "{}", page.text("#told"));
        let line = paths::record::timeline(patient);
        assert!(doctor.get(&line).await.body.contains("Visit, token A001. Sent to hospital: UITH"));
        assert!(phone.get(paths::record::MY_RECORD).await.text("#visits").contains("Sent to hospital: UITH"));
        let desk = clinic.receptionist().await;
        assert!(!desk.get(&line).await.expect(200).says("UITH"), "the desk reads no outcome");
    }

    async fn a_withdrawn_diagnosis_is_told_without_its_name(clinic) {
        let room = clinic.served_room().await;
        room.diagnose("B50.9").await.expect(303);
        room.sign().await.expect(303);
        let phone = clinic.phone_of(room.patient).await;
        let (mine, paper) = (paths::letters::my_visit(room.visit), paths::letters::summary(room.visit));
        assert!(phone.get(&mine).await.text("#found").contains("Malaria"));
        let note = clinic.note_in(room.visit, "signed").await;
        let asked = room.browser.get(&paths::consultation::error(note)).await;
        let fields = [("reason", "Of another patient"), ("diagnoses", "yes")];
        room.browser.submit(&asked, "#error", &fields).await.expect(303);
        let day = infirmary::settings::model::plain_day(clinic.app.clinic().day_of(clinic.app.clock.now()));
        for seen in [phone.get(&mine).await, room.browser.get(&paper).await] {
            let words = format!("A diagnosis of this visit was withdrawn on {day}. It no longer holds.");
            assert!(seen.expect(200).texts(".notice").contains(&words), "{}", seen.body);
            assert!(!seen.body.contains("alaria") && !seen.body.contains("another patient"), "{}", seen.path);
        }
    }

    async fn two_kinds_of_one_medicine_are_never_read_as_taking_both(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "FULL", 300, 5).await;
        clinic.shelf("amoxicillin-250mg-capsule", "HALF", 300, 100).await;
        let line = clinic.rx_lines(counter.room.visit).await[0].0;
        let other: i64 = sql("select id from medicine where code = 'amoxicillin-250mg-capsule'").scalar(&clinic.app.db).await.unwrap();
        let (give, instead, why) = (format!("give_{line}"), format!("instead_{line}"), format!("instead_why_{line}"));
        counter.gives(&[(&give, "5")]).await.expect(303);
        counter.gives(&[(&give, "10"), (&instead, &other.to_string()), (&why, "not_in_stock")]).await.expect(303);
        let phone = clinic.signed_in_patient(counter.room.patient, "ada").await;
        let seen = phone.get(&paths::letters::my_visit(counter.room.visit)).await;
        assert_eq!(seen.texts("#medicines li > p")[..3], [
            "You were given more than one kind of this medicine. Finish one before you begin the other. Never take both together.",
            "Of the 5 capsules of amoxicillin 500 mg capsule: Take 1 capsule by mouth 3 times daily.",
            "Of the 20 capsules of amoxicillin 250 mg capsule, given instead: Take 2 capsules by mouth 3 times daily.",
        ]);
        let paper = counter.room.desk.get(&paths::letters::summary(counter.room.visit)).await;
        let list = phone.get("/my/prescriptions").await;
        for words in [paper.text("#medicines"), list.text(".rx-mine"), phone.get("/my/record/file.html").await.text("body")] {
            assert!(words.contains("Of the 5 capsules of") && words.contains("Of the 20 capsules of"), "{words}");
            assert!(words.contains("Never take both together") && !words.contains("for 5 days"), "{words}");
        }
    }
}
