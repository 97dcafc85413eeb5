//! A patient's own letters on the phone.

use infirmary::web::paths;

both! {
    async fn the_patient_reads_the_own_letter_and_nobody_elses(clinic) {
        let room = clinic.served_room().await;
        room.issue("no", &[]).await.expect(303);
        let id = clinic.count("select max(id) from verification").await;
        let phone = clinic.phone_of(room.patient).await;
        let list = phone.get(paths::letters::MY_LETTERS).await;
        assert_eq!(list.texts("ul.links li").len(), 1);
        assert!(list.body.contains("Nobody can check it"));
        let page = phone.get(&format!("/my/letters/{id}")).await;
        assert!(page.has("#agree") && !page.has("svg.qr"), "without consent the code is not handed out");
        let stranger = clinic.visitor("Bola Ade").await;
        let other = clinic.phone_of(stranger).await;
        other.get(&format!("/my/letters/{id}")).await.expect(404);
        for step in ["consent", "withdrawal"] {
            let op = format!("a-strangers-{step}-of-it");
            other.post(&format!("/my/letters/{id}/{step}"), &[("op", &op)]).await.expect(404);
        }
        assert_eq!(clinic.count("select count(*) from verification_consent").await, 0);
        room.browser.get(&format!("/my/letters/{id}")).await.expect(403);
        clinic.browser().get(&format!("/my/letters/{id}")).await.expect(303);
    }

    async fn the_same_word_twice_is_written_once(clinic) {
        let room = clinic.served_room().await;
        room.issue("no", &[]).await.expect(303);
        let id = clinic.count("select max(id) from verification").await;
        let phone = clinic.phone_of(room.patient).await;
        let page = phone.get(&format!("/my/letters/{id}")).await;
        phone.submit(&page, "#agree", &[]).await.expect(303);
        phone.submit(&page, "#agree", &[("op", "the-same-word-once-more")]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from verification_consent").await, 1);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'verification.checks_allowed'").await, 1);
    }
}
