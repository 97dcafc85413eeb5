//! Registering patients.

use infirmary::access::model::Role;
use infirmary::db::sql;

use crate::support::{ADA, ada_but, register};

both! {
    async fn a_student_is_registered_with_a_number_a_card_an_account_and_an_entry(clinic) {
        let desk = clinic.receptionist().await;
        let seen = register(&desk, ADA).await;
        let record = desk.follow(seen).await;
        assert_eq!(record.heading(), "Ọlúwafúnmiláyọ̀ Adéṣínà-Ògúntádé");
        assert!(record.body.contains("P-000001") && record.body.contains("27 March 2004"));
        assert!(record.body.contains("+234 805 123 9900"), "shown as typed");
        assert!(record.body.contains("Not activated yet"));
        assert_eq!(clinic.count("select count(*) from account where sign_in_name = '19/52ha001'").await, 1);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'patient.registered'").await, 1);
        let (digits, matric): (String, String) =
            sql("select phone_digits, matric_number from patient").one(&clinic.app.db).await.unwrap();
        assert_eq!((digits.as_str(), matric.as_str()), ("08051239900", "19/52HA001"));
        let second = clinic.registered(&desk, &[("kind", "public"), ("family_name", "Obi"), ("given_names", "Ada"),
            ("sex", "female"), ("matric_number", "")]).await;
        assert_eq!(clinic.count("select count(*) from patient where number = 'P-000002'").await, 1);
        assert_eq!(clinic.count("select count(*) from account where kind = 'patient'").await, 1);
        assert!(second.0 > 0);
        sql("insert into academic_session (name, is_current) values ('2026/2027', $1)").bind(true).run(&clinic.app.db).await.unwrap();
        clinic.registered(&desk, &[("kind", "public"), ("family_name", "Eze"), ("given_names", "Ben"), ("sex", "male"),
            ("matric_number", "")]).await;
        assert_eq!(clinic.count("select count(*) from patient where session_id is not null").await, 0, "only students have one");
    }

    async fn a_refused_form_keeps_what_was_typed_and_says_what_to_mend(clinic) {
        let desk = clinic.receptionist().await;
        let seen = register(&desk, &ada_but(&[("family_name", " "), ("born_month", ""), ("phone", "abc"),
            ("email", "ada"), ("matric_number", "x"), ("sex", "")])).await;
        seen.expect(422);
        assert_eq!(seen.errors(), [
            "Enter the family name",
            "Date of birth must include a month",
            "Choose the sex",
            "Enter a phone number, like 0803 123 4567 or +234 803 123 4567",
            "Enter an e-mail address in the correct format, like name@example.com",
            "Matric number must look like 19/52HA001",
        ]);
        assert_eq!(seen.attribute("#given_names", "value").as_deref(), Some("Ọlúwafúnmiláyọ̀"));
        assert_eq!(seen.attribute("#phone", "value").as_deref(), Some("abc"));
        let future = register(&desk, &ada_but(&[("born_year", "2050")])).await;
        assert_eq!(future.errors(), ["Date of birth must be today or in the past"]);
        assert_eq!(clinic.count("select count(*) from patient").await, 0);
        for (kind, message) in [
            ("student", "Enter the matric number"),
            ("staff", "Enter the staff number"),
            ("dependant", "Enter the number of the patient they belong to"),
        ] {
            let seen = register(&desk, &ada_but(&[("kind", kind), ("matric_number", "")])).await;
            assert_eq!(seen.expect(422).errors(), [message]);
        }
    }

    async fn a_likely_duplicate_is_shown_before_it_is_saved(clinic) {
        let desk = clinic.receptionist().await;
        let first = clinic.registered(&desk, ADA).await;
        // Another spelling and order, the same birth date and phone in another form, no matric number.
        let twin = ada_but(&[("kind", "public"), ("matric_number", ""), ("family_name", "Oluwafunmilayo"),
            ("given_names", "Oguntade Adesina"), ("phone", "08051239900")]);
        let seen = register(&desk, &twin).await;
        seen.expect(422);
        assert!(seen.text("#likely").contains("Same name, same date of birth, same phone number"));
        assert_eq!(seen.links("#likely a"), [format!("/patients/{first}")]);
        assert_eq!(clinic.count("select count(*) from patient").await, 1);
        let anyway = desk.submit(&seen, "#person", &[("somebody_else", "yes")]).await;
        anyway.expect(303);
        assert_eq!(clinic.count("select count(*) from patient").await, 2);
    }

    async fn a_number_that_is_taken_leads_to_who_has_it(clinic) {
        let desk = clinic.receptionist().await;
        let first = clinic.registered(&desk, ADA).await;
        let seen = register(&desk, &ada_but(&[("family_name", "Obi"), ("given_names", "Chidi"), ("phone", ""),
            ("born_year", "2001")])).await;
        seen.expect(422);
        assert_eq!(seen.errors(), ["Another patient has this matric number already"]);
        assert_eq!(seen.links("#holder a"), [format!("/patients/{first}")]);
        // The same person again, with the same number: also told by the number.
        let again = register(&desk, ADA).await;
        assert_eq!(again.expect(422).errors(), ["Another patient has this matric number already"]);
        assert_eq!(clinic.count("select last from counter where scope = 'patient'").await, 1, "no number is left out");
    }

    async fn a_form_sent_twice_registers_once(clinic) {
        let desk = clinic.receptionist().await;
        let page = desk.get("/patients/new").await;
        let (first, second) = (desk.submit(&page, "#person", ADA).await, desk.submit(&page, "#person", ADA).await);
        assert_eq!(first.expect(303).leads_to(), second.expect(303).leads_to());
        assert_eq!(clinic.count("select count(*) from patient").await, 1);
    }

    async fn of_twenty_registrations_with_one_matric_number_one_is_kept(clinic) {
        let desk = clinic.receptionist().await;
        let tries = (0..20).map(|n| {
            let desk = desk.clone();
            async move {
                let name = format!("Family{n}");
                let fields = ada_but(&[("family_name", &name), ("given_names", "Ada"), ("born_day", ""), ("born_month", ""),
                    ("born_year", ""), ("phone", "")]);
                register(&desk, &fields).await.status
            }
        });
        let statuses = futures::future::join_all(tries).await;
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 19, "{statuses:?}");
        assert_eq!(clinic.count("select count(*) from patient").await, 1);
        assert_eq!(clinic.count("select count(*) from account where kind = 'patient'").await, 1);
        // The control: with numbers of their own all are kept, and their clinic numbers have no gap.
        let others = (0..20).map(|n| {
            let desk = desk.clone();
            async move {
                let (name, matric) = (format!("Other{n}"), format!("19/52HB{n:03}"));
                let fields = ada_but(&[("family_name", &name), ("given_names", "Ben"), ("born_day", ""), ("born_month", ""),
                    ("born_year", ""), ("phone", ""), ("matric_number", &matric)]);
                register(&desk, &fields).await.status
            }
        });
        assert!(futures::future::join_all(others).await.iter().all(|status| *status == 303));
        assert_eq!(clinic.count("select count(distinct number) from patient").await, 21);
        assert_eq!(clinic.count("select count(*) from patient where number = 'P-000021'").await, 1);
    }

    async fn a_dependant_belongs_to_a_patient(clinic) {
        let desk = clinic.receptionist().await;
        clinic.registered(&desk, ADA).await;
        let child = &[("kind", "dependant"), ("family_name", "Adéṣínà"), ("given_names", "Tolu"), ("sex", "male"),
            ("guardian", "19/52ha001")];
        let seen = register(&desk, child).await;
        let record = desk.follow(seen).await;
        assert!(record.body.contains("P-000001 Ọlúwafúnmiláyọ̀"), "{}", record.body);
        let wrong = register(&desk, &[("kind", "dependant"), ("family_name", "A"), ("given_names", "B"), ("sex", "male"),
            ("guardian", "P-99")]).await;
        assert!(wrong.expect(422).errors()[0].starts_with("No patient has this number"));
    }

    async fn others_do_not_register(clinic) {
        for (name, role) in [("doc", Role::Doctor), ("cash", Role::Cashier)] {
            let browser = clinic.signed_in(name, &[role]).await;
            browser.get("/patients/new").await.expect(403);
            browser.post("/patients", ADA).await.expect(403);
        }
        let nobody = clinic.browser();
        assert!(nobody.get("/patients/new").await.leads_to().unwrap().starts_with("/sign-in"));
        let patient = clinic.student("Ada Obi", "19/52HA009").await;
        clinic.signed_in_patient(patient, "ada").await.get("/patients/new").await.expect(403);
    }

    async fn one_name_alone_is_asked_about_also_of_two_desks_at_one_moment(clinic) {
        let desk = clinic.receptionist().await;
        let bare = |family: &'static str, given: &'static str| {
            [("kind", "public"), ("family_name", family), ("given_names", given), ("sex", "female"), ("matric_number", "")]
        };
        let first = clinic.registered(&desk, &bare("Obi", "Ada Ngozi")).await;
        let seen = register(&desk, &bare("ngozi", "ÓBI Ada")).await;
        assert!(seen.expect(422).text("#likely").contains("Same name"));
        assert_eq!(seen.links("#likely a"), [format!("/patients/{first}")]);
        // What nobody sees makes no other name.
        let hidden = bare("O\u{202e}bi", "Ada\u{200b} Ngozi\u{2069}");
        assert_eq!(register(&desk, &hidden).await.expect(422).links("#likely a").len(), 1);
        let anyway: Vec<_> = hidden.iter().copied().chain([("somebody_else", "yes")]).collect();
        clinic.registered(&desk, &anyway).await;
        assert_eq!(clinic.count("select count(*) from patient where family_name = 'Obi' and given_names = 'Ada Ngozi'").await, 2);
        let tries = (0..6).map(|_| {
            let desk = desk.clone();
            let fields = bare("Eze", "Ben");
            async move { register(&desk, &fields).await.status }
        });
        let statuses = futures::future::join_all(tries).await;
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    }
}
