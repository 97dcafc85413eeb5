//! The first administrator.

use infirmary::access::setup_link;
use infirmary::cli::accounts::create_admin;

use crate::support::Clinic;

const NEW: &str = "three goats cross the bridge";

async fn link(clinic: &Clinic) -> String {
    let link = setup_link(&clinic.app).await.unwrap().unwrap();
    link.strip_prefix(&clinic.app.config.public_url).unwrap().to_owned()
}

both! {
    async fn the_link_makes_one_administrator_and_never_again(clinic) {
        let path = link(&clinic).await;
        assert!(path.len() > "/setup/".len() + 26, "too short to be unguessable: {path}");
        let browser = clinic.browser();
        let page = browser.get(&path).await;
        let bad = [("name", ""), ("sign_in_name", "A b"), ("password_new", "short")];
        assert_eq!(browser.submit(&page, "main form", &bad).await.expect(422).errors().len(), 3);
        let good = [("name", "Chinwe"), ("sign_in_name", "Boss"), ("password_new", NEW)];
        browser.submit(&page, "main form", &good).await.expect(303);
        browser.get("/staff").await.expect(200);
        clinic.browser().get(&path).await.expect(404);
        clinic.browser().submit(&page, "main form", &[("sign_in_name", "two"), ("name", "x"), ("password_new", NEW)]).await.expect(404);
        assert_eq!(setup_link(&clinic.app).await.unwrap(), None);
        assert!(clinic.has_entry("setup.completed").await);
    }

    async fn of_twenty_at_once_exactly_one_becomes_administrator(clinic) {
        let path = link(&clinic).await;
        let page = clinic.browser().get(&path).await;
        let tries = (0..20).map(|at| {
            let (browser, page) = (clinic.browser(), page.clone());
            async move {
                let (op, name) = (format!("0123456789abcdef{at:04}"), format!("boss{at}"));
                let fields = [("op", op.as_str()), ("name", "B"), ("sign_in_name", &name), ("password_new", NEW)];
                browser.submit(&page, "main form", &fields).await.status
            }
        });
        let statuses = futures::future::join_all(tries).await;
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        assert_eq!(clinic.count("select count(*) from account").await, 1);
    }

    async fn a_new_start_makes_a_new_link(clinic) {
        let first = link(&clinic).await;
        let second = link(&clinic).await;
        clinic.browser().get(&first).await.expect(404);
        clinic.browser().get(&second).await.expect(200);
        clinic.wait_minutes(72 * 60);
        clinic.browser().get(&second).await.expect(404);
        clinic.browser().get("/setup/guess").await.expect(404);
    }

    async fn guesses_at_the_link_are_slowed_down(clinic) {
        let browser = clinic.browser();
        let mut last = 0;
        for at in 0..25 {
            last = browser.get(&format!("/setup/guess{at}")).await.status;
        }
        assert_eq!(last, 429);
    }

    async fn an_administrator_from_the_command_line_gets_a_code(clinic) {
        let code = create_admin(&clinic.app, "Root", "Chief").await.unwrap();
        assert!(create_admin(&clinic.app, "root", "Chief").await.is_err());
        assert!(create_admin(&clinic.app, "r t", "Chief").await.is_err());
        for name in ["", " ", "e".repeat(121).as_str()] {
            let said = create_admin(&clinic.app, "second", name).await.unwrap_err().to_string();
            assert!(said.contains("1 to 120 letters"), "{said}");
        }
        let browser = clinic.browser();
        let page = browser.get("/activate").await;
        let fields = [("name", "root"), ("code", code.as_str()), ("password_new", NEW)];
        browser.submit(&page, "main form", &fields).await.expect(303);
        browser.get("/staff").await.expect(200);
        assert_eq!(setup_link(&clinic.app).await.unwrap(), None);
    }
}
