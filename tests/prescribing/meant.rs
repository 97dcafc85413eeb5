//! What is prescribed is what was meant: for whom, of which words, and not what was stopped.

use chrono::Months;
use infirmary::db::sql;
use infirmary::prescribing::model::LineState;

use crate::support::{AMOXICILLIN, COURSE, PARACETAMOL};

both! {
    async fn a_choice_made_for_other_words_is_not_taken(clinic) {
        let room = clinic.prescribing_room().await;
        let seen = room.press("rx.add", &[[("rx_medicine", "amoxicillin")].as_slice(), &COURSE].concat()).await;
        seen.expect(422);
        let id = clinic.count("select id from medicine where code = 'amoxicillin-500mg-capsule'").await.to_string();
        room.press_on(&seen, "rx.add", &[("rx_choice", &id), ("rx_medicine", PARACETAMOL)]).await.expect(303);
        let names: Vec<String> = sql("select name from prescription_line").scalars(&clinic.app.db).await.unwrap();
        assert_eq!(names, ["paracetamol"]);
    }

    async fn for_a_child_no_adult_dose_fills_an_empty_field(clinic) {
        let room = clinic.prescribing_room().await;
        let born = clinic.app.clock.now().date_naive() - Months::new(12 * 2);
        let child = "update patient set born_on = $2 where id = $1";
        sql(child).bind(room.patient).bind(born).run(&clinic.app.db).await.unwrap();
        let named = [("rx_medicine", PARACETAMOL), ("rx_times", "3"), ("rx_days", "5")];
        let seen = room.press("rx.add", &named).await;
        seen.expect(422);
        assert!(seen.errors()[0].contains("is an adult's, and this patient is 2 years old"), "{:?}", seen.errors());
        assert!(clinic.rx_lines(room.visit).await.is_empty());
        // What is said counts; as much as an adult takes is told.
        room.press_on(&seen, "rx.add", &[("rx_dose", "2")]).await.expect(303);
        let words = room.page().await.texts("#rx .rx-warning");
        assert!(words.iter().any(|words| words.contains("adult")), "{words:?}");
        // Of somebody grown up the usual dose is filled in.
        let grown = born - Months::new(12 * 20);
        sql(child).bind(room.patient).bind(grown).run(&clinic.app.db).await.unwrap();
        room.press("rx.add", &[("rx_medicine", AMOXICILLIN), ("rx_days", "5")]).await.expect(303);
        assert_eq!(clinic.rx_lines(room.visit).await.len(), 2);
    }

    async fn a_favourite_is_only_offered_for_a_child_with_its_dose_to_be_checked(clinic) {
        let room = clinic.prescribing_room().await;
        room.adds(PARACETAMOL).await;
        let line = clinic.rx_lines(room.visit).await[0].0;
        room.press(&format!("rx.favourite.{line}"), &[]).await.expect(303);
        room.press(&format!("rx.remove.{line}"), &[]).await.expect(303);
        let favourite = clinic.count("select id from prescribing_favourite").await;
        let born = clinic.app.clock.now().date_naive() - Months::new(12 * 2);
        sql("update patient set born_on = $2 where id = $1").bind(room.patient).bind(born).run(&clinic.app.db).await.unwrap();
        let seen = room.press(&format!("rx.use.{favourite}"), &[]).await;
        assert!(seen.expect(422).errors()[0].contains("written for somebody else, and this patient is 2 years old"), "{:?}", seen.errors());
        assert!(clinic.rx_lines(room.visit).await.is_empty());
        assert_eq!(seen.attribute("#rx_medicine", "value").as_deref(), Some(PARACETAMOL));
        room.press_on(&seen, "rx.add", &[("rx_dose", "0.5")]).await.expect(303);
        assert_eq!(clinic.rx_lines(room.visit).await.len(), 1);
        // What is typed already is not lost.
        let typed = room.press(&format!("rx.use.{favourite}"), &[("rx_medicine", "amox")]).await;
        assert_eq!(typed.expect(422).attribute("#rx_medicine", "value").as_deref(), Some("amox"));
    }

    async fn what_was_stopped_is_repeated_only_on_its_own_with_the_reason_in_sight(clinic) {
        let room = clinic.prescribing_room().await;
        let (prescription, line) = room.prescribed(&clinic, AMOXICILLIN).await;
        clinic.gives(line, 5).await;
        let page = room.desk.get(&format!("/prescriptions/{prescription}")).await;
        room.desk.submit(&page, "form.ending", &[("reason", "A rash on day two")]).await.expect(303);
        let all = room.press(&format!("rx.repeat.{prescription}"), &[]).await;
        assert!(all.expect(422).errors()[0].contains("was stopped"), "{:?}", all.errors());
        room.press(&format!("rx.again.{line}"), &[]).await.expect(303);
        let draft = clinic.rx_lines(room.visit).await;
        assert_eq!(draft.iter().filter(|line| line.1 == LineState::Draft).count(), 1);
        let words = room.page().await.texts("#rx .rx-warning");
        assert!(words.iter().any(|words| words.contains("A rash on day two")), "{words:?}");
        room.signs(&[]).await.expect(422);
    }
}
