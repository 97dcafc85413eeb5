//! Referral letters: drafted, signed, immutable, corrected by a new version; what is copied of the record is the doctor's choice.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::web::paths;

const LETTER: [(&str, &str); 4] = [
    ("to_whom", "Eye clinic, Teaching Hospital"),
    ("question", "Blurred sight on the left. What is the cause?"),
    ("summary", "For two months, without an injury"),
    ("urgency", "soon"),
];

both! {
    async fn a_letter_is_drafted_signed_and_carries_what_the_doctor_chose(clinic) {
        let room = clinic.served_room().await;
        room.diagnose("B50.9").await.expect(303);
        room.sign().await.expect(303);
        clinic.allergic(room.patient, "Peanuts").await;
        let path = paths::letters::write(room.visit);
        let page = room.browser.get(&path).await;
        let empty = room.browser.submit(&page, "#referral", &[("step", "sign")]).await;
        assert_eq!(empty.expect(422).errors(), ["Enter to whom the letter goes", "Enter what you ask for"]);
        let draft = [&LETTER[..], &[("part", "allergies"), ("step", "save")]].concat();
        room.browser.submit(&page, "#referral", &draft).await.expect(303);
        let page = room.browser.get(&path).await;
        assert_eq!(page.attribute("#to_whom", "value").as_deref(), Some("Eye clinic, Teaching Hospital"));
        assert!(page.text("#preview").contains("Peanuts") && !page.text("#preview").contains("alaria"), "{}", page.body);
        let (_, other) = clinic.doctor_named("Bello").await;
        assert!(!other.get(&path).await.body.contains("Blurred"), "a draft is its author's");
        assert!(!other.get(&paths::letters::of_visit(room.visit)).await.body.contains("Eye clinic"));
        let signed = room.browser.submit(&page, "#referral", &[("part", "diagnoses"), ("step", "sign")]).await;
        let to = signed.expect(303).leads_to().unwrap();
        let paper = room.browser.get(&format!("{to}/print")).await;
        assert!(paper.text("article").contains("Uncomplicated falciparum malaria (B50.9), suspected, main"), "{}", paper.body);
        assert!(!paper.text("article").contains("Peanuts"), "what was not chosen is not there");
        assert!(other.get(&to).await.body.contains("Blurred sight"));
    }

    async fn a_letter_names_an_allergy_that_was_told_and_a_critical_result_before_its_call(clinic) {
        let lab = clinic.laboratory().await;
        clinic.told(lab.patient).await;
        let (line, _) = lab.released(&clinic, "PCV", ("PCV", "15")).await;
        let path = paths::letters::write(lab.visit);
        let page = lab.orders.get(&path).await;
        let draft = [&LETTER[..], &[("part", "allergies"), ("part", "results"), ("step", "save")]].concat();
        lab.orders.submit(&page, "#referral", &draft).await.expect(303);
        let preview = lab.orders.get(&path).await.text("#preview");
        assert!(preview.contains("As told, not examined: penicillin rash"), "{preview}");
        assert!(!preview.contains("Not asked"), "{preview}");
        assert!(preview.contains("15 %"), "line {line}: {preview}");
    }

    async fn a_signed_letter_is_corrected_by_a_new_version_and_never_changed(clinic) {
        let room = clinic.served_room().await;
        let page = room.browser.get(&paths::letters::write(room.visit)).await;
        let sign = [&LETTER[..], &[("step", "sign")]].concat();
        let first = room.browser.submit(&page, "#referral", &sign).await.expect(303).leads_to().unwrap();
        for text in ["update referral set question = 'Another question'", "update referral set copied = 'x'", "delete from referral"] {
            let error = sql(text).run(&clinic.app.db).await.unwrap_err();
            assert!(error.violates("referral_kept"), "{text}: {error}");
        }
        let id = first.rsplit('/').next().unwrap().to_owned();
        let page = room.browser.get(&format!("{}?replaces={id}", paths::letters::write(room.visit))).await;
        assert_eq!(page.text("#question"), "Blurred sight on the left. What is the cause?");
        let second = room.browser.submit(&page, "#referral", &[("to_whom", "Neurology"), ("step", "sign")]).await;
        let second = second.expect(303).leads_to().unwrap();
        let old = room.browser.get(&first).await;
        assert!(old.body.contains("Eye clinic") && old.links(".notice a") == [second.clone()], "{}", old.body);
        assert!(room.browser.get(&format!("{first}/print")).await.body.contains("Do not use it"));
        assert!(room.browser.get(&second).await.body.contains("version 2"));
        room.browser.get(&format!("{}?replaces={id}", paths::letters::write(room.visit))).await.expect(409);
        room.browser.get(&format!("{}?replaces=999999", paths::letters::write(room.visit))).await.expect(404);
    }

    async fn a_draft_in_two_windows_is_not_overwritten_and_can_be_thrown_away(clinic) {
        let room = clinic.served_room().await;
        let path = paths::letters::write(room.visit);
        let (one, two) = (room.browser.get(&path).await, room.browser.get(&path).await);
        let save = [&LETTER[..], &[("step", "save")]].concat();
        room.browser.submit(&one, "#referral", &save).await.expect(303);
        let late = room.browser.submit(&two, "#referral", &[("to_whom", "Elsewhere"), ("question", "Mine"), ("step", "save")]).await;
        assert!(late.expect(409).body.contains("You wrote in this draft in another window"));
        assert_eq!(late.attribute("#to_whom", "value").as_deref(), Some("Elsewhere"));
        let page = room.browser.get(&path).await;
        room.browser.submit(&page, "#referral", &[("step", "discard")]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from referral").await, 0);
    }

    async fn only_doctors_write_and_read_letters(clinic) {
        let room = clinic.served_room().await;
        let page = room.browser.get(&paths::letters::write(room.visit)).await;
        let to = room.browser.submit(&page, "#referral", &[&LETTER[..], &[("step", "sign")]].concat()).await.expect(303).leads_to().unwrap();
        for role in [Role::Receptionist, Role::Nurse, Role::Cashier, Role::Admin, Role::Pharmacist, Role::LabAttendant] {
            let browser = clinic.signed_in(&format!("not.{}", role.as_str()), &[role]).await;
            for path in [paths::letters::write(room.visit), to.clone(), format!("{to}/print")] {
                browser.get(&path).await.expect(403);
            }
        }
    }
}
