//! What a doctor began without a word of a note: a colleague is told of it, and it is not lost.

use infirmary::web::paths;

use crate::support::consultation::{press, send_to};

both! {
    async fn v2_r8_a_diagnosis_without_a_word_of_a_note_is_told_to_a_colleague_and_stands_unfinished(clinic) {
        let room = clinic.consulting_room().await;
        let (_, second) = clinic.doctor_named("Dr Bello").await;
        room.diagnose("Gastritis").await.expect(303);
        let page = second.get(&paths::consultation::consult(room.visit)).await;
        assert!(page.text("#told").contains("Okoro writes in this visit"), "{}", page.text("#told"));
        assert!(room.browser.get(paths::consultation::UNFINISHED).await.text("main").contains("Draft, not signed"));
        press(&second, room.visit, "sign", &[("complaint", "Pain")]).await.expect(303);
        let page = second.get(&paths::consultation::consult(room.visit)).await;
        assert!(page.text("#missing").contains("The note of Okoro is not signed"), "{}", page.text("#missing"));
        let to = paths::consultation::completion(room.visit);
        let done = [("outcome", "home"), ("next", "home")];
        let refused = send_to(&second, &page, &to, &done).await;
        assert!(refused.expect(422).errors()[0].starts_with("A colleague has not signed"), "{:?}", refused.errors());
        send_to(&second, &refused, &to, &[("aside", "yes")]).await.expect(303);
        let left = room.browser.get(paths::consultation::UNFINISHED).await;
        assert!(left.text("main").contains("Draft that was set aside"), "{}", left.text("main"));
    }

    async fn what_was_begun_and_taken_back_leaves_no_draft_behind(clinic) {
        let room = clinic.consulting_room().await;
        let before = room.page().await;
        room.diagnose("Gastritis").await.expect(303);
        assert_eq!(clinic.count("select count(*) from note where state = 'draft'").await, 1);
        // A window that was open before goes on: there is no text that it could overwrite.
        let typed = [("complaint", "Pain"), ("step", "save")];
        room.browser.submit(&before, "#consultation", &typed).await.expect(303);
        room.press("save", &[("complaint", "")]).await.expect(303);
        let id = clinic.count("select id from diagnosis").await;
        room.press(&format!("diagnosis.remove.{id}"), &[]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from note where state = 'draft'").await, 0);
    }
}
