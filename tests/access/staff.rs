//! Staff accounts: list, new, edit.

use infirmary::access::model::Role;

both! {
    async fn an_account_is_made_and_shown(clinic) {
        let browser = clinic.administrator().await;
        let page = browser.get("/staff/new").await;
        let fields = [("title", "Dr"), ("name", "Adéṣọlá Bákàrè"), ("sign_in_name", "A.Bakare"), ("email", "a@x.ng"),
            ("practising_since", "2014"), ("roles", "doctor"), ("roles", "nurse")];
        let seen = browser.submit(&page, "#staff", &fields).await;
        let path = seen.leads_to().unwrap();
        // The same form again leads to the same account.
        assert_eq!(browser.submit(&page, "#staff", &fields).await.leads_to().as_deref(), Some(path.as_str()));
        assert_eq!(clinic.count("select count(*) from account where sign_in_name = 'a.bakare'").await, 1);
        let shown = browser.get(&path).await;
        assert_eq!(shown.heading(), "Dr Adéṣọlá Bákàrè");
        assert!(shown.texts("dd").contains(&"Doctor, Nurse".to_owned()));
        assert!(clinic.has_entry("account.opened").await);
        // A code, shown once.
        let code = browser.submit(&shown, "#code", &[]).await;
        let text = code.expect(200).text("#one-time-code");
        assert_eq!((text.len(), text.matches('-').count()), (12, 2));
        browser.submit(&shown, "#code", &[]).await.expect(303);
        assert!(!browser.get(&path).await.body.contains(&text));
    }

    async fn a_bad_account_is_refused_with_everything_kept(clinic) {
        let browser = clinic.administrator().await;
        let page = browser.get("/staff/new").await;
        let fields = [("name", ""), ("sign_in_name", "no spaces"), ("email", "x"), ("practising_since", "3000")];
        let seen = browser.submit(&page, "#staff", &fields).await;
        assert_eq!(seen.expect(422).errors().len(), 5, "{:?}", seen.errors());
        assert_eq!(seen.attribute("#sign_in_name", "value").as_deref(), Some("no spaces"));
        let taken = [("name", "X"), ("sign_in_name", "ADMIN"), ("roles", "nurse")];
        let seen = browser.submit(&page, "#staff", &taken).await;
        assert!(seen.expect(422).has("#sign_in_name-error"));
        assert_eq!(clinic.count("select count(*) from account").await, 1);
    }

    async fn the_list_is_searched_filtered_and_turned_over(clinic) {
        let browser = clinic.administrator().await;
        for at in 0..60 {
            clinic.staff(&format!("nurse {at:02}"), &[Role::Nurse]).await;
        }
        clinic.staff("doctor", &[Role::Doctor]).await;
        let page = browser.get("/staff").await;
        assert_eq!(page.text(".found b"), "62 accounts");
        let mut names = Vec::new();
        let mut path = "/staff?role=nurse".to_owned();
        loop {
            let page = browser.get(&path).await;
            names.extend(page.texts("tbody th"));
            match page.links("a[rel=next]").pop() {
                Some(next) => path = next,
                None => break,
            }
        }
        let expected: Vec<String> = (0..60).map(|at| format!("nurse {at:02}")).collect();
        assert_eq!(names, expected);
        assert_eq!(browser.get("/staff?q=DOC").await.texts("tbody th"), ["doctor"]);
        // Words begin like what was typed, in any order, without accents.
        let page = browser.get("/staff/new").await;
        let fields = [("name", "Adéṣọlá Bákàrè-Ògún"), ("sign_in_name", "a.bakare"), ("email", "ade@unilorin.edu.ng"), ("roles", "nurse")];
        browser.submit(&page, "#staff", &fields).await.expect(303);
        for q in ["bakare adesola", "ADÉṢ", "ogun a.bakare", "ade@unilorin"] {
            let found = browser.get(&format!("/staff?q={}", infirmary::web::paths::encoded(q))).await;
            assert_eq!(found.texts("tbody th"), ["Adéṣọlá Bákàrè-Ògún"], "{q}");
        }
        assert!(browser.get("/staff?q=kare").await.has(".empty"), "words begin with what was typed");
        let none = browser.get("/staff?q=%25&state=deactivated").await;
        assert!(none.has(".empty") && none.text(".found b") == "0 accounts");
        browser.get("/staff?role=garbage&state=%27&after=x&after_id=").await.expect(400);
    }

    async fn two_administrators_do_not_overwrite_each_other_unseen(clinic) {
        let first = clinic.administrator().await;
        let second = clinic.signed_in("second", &[Role::Admin]).await;
        let nurse = clinic.staff("nurse", &[Role::Nurse]).await;
        let path = format!("/staff/{nurse}/edit");
        let (here, there) = (first.get(&path).await, second.get(&path).await);
        first.submit(&here, "#staff", &[("phone", "0801"), ("roles", "doctor")]).await.expect(303);
        let seen = second.submit(&there, "#staff", &[("name", "Ngozi")]).await;
        seen.expect(409);
        assert_eq!(seen.attribute("#name", "value").as_deref(), Some("Ngozi"));
        assert!(seen.text("#conflict h2").starts_with("admin changed this at"));
        assert_eq!(seen.texts("#conflict dt"), ["Name", "Phone number", "Roles"]);
        assert_eq!(clinic.count("select count(*) from account where name = 'Ngozi'").await, 0);
    }

    async fn fields_that_are_not_on_the_form_change_nothing(clinic) {
        clinic.administrator().await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let page = nurse.get("/account").await;
        let extra = [("roles", "admin"), ("role", "admin"), ("kind", "staff"), ("state", "active"), ("password_hash", "x")];
        nurse.submit(&page, "#details", &extra).await.expect(303);
        assert_eq!(clinic.count("select count(*) from account_role where role = 'admin'").await, 1);
    }

    async fn a_patients_account_is_no_staff_account(clinic) {
        let browser = clinic.administrator().await;
        let ada = clinic.patient_account("ada").await;
        for path in [format!("/staff/{ada}"), format!("/staff/{ada}/edit")] {
            browser.get(&path).await.expect(404);
        }
        let op = [("op", "0123456789abcdef0123"), ("reason", "x")];
        browser.post(&format!("/staff/{ada}/deactivation"), &op).await.expect(404);
        browser.post(&format!("/staff/{ada}/codes"), &op).await.expect(404);
    }
}
