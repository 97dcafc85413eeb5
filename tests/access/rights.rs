//! Who may come where (P20 for what this capability owns, W8, W9).

use infirmary::access::model::{Permission, Role};
use infirmary::app::routes;
use infirmary::web::routes::Access;

both! {
    async fn nobody_comes_in_without_signing_in(clinic) {
        let browser = clinic.browser();
        let open = [Access::Public, Access::Anyone];
        for route in routes().table().iter().filter(|route| !open.contains(&route.access)) {
            let path = route.path.replace("{id}", "1").replace("{point}", "1").replace("{code}", "x");
            let seen = if route.method == "GET" { browser.get(&path).await } else { browser.post(&path, &[]).await };
            let to = seen.leads_to().unwrap_or_default();
            assert!(to.starts_with("/sign-in"), "{} {path}: {} {to}", route.method, seen.status);
        }
    }

    async fn each_role_reaches_what_its_permissions_say(clinic) {
        clinic.patient_account("ada").await;
        let patient = clinic.browser();
        clinic.sign_in(&patient, "ada").await;
        let mine = ["access", "settings", "audit"];
        let table: Vec<_> = routes().table().iter().filter(|route| mine.contains(&route.capability)).cloned().collect();
        for role in Role::ALL {
            let browser = clinic.signed_in(role.as_str(), &[*role]).await;
            for route in &table {
                let Access::May(permission) = route.access else { continue };
                let path = route.path.replace("{id}", "999999");
                let (seen, theirs) = if route.method == "GET" {
                    (browser.get(&path).await, patient.get(&path).await)
                } else {
                    (browser.post(&path, &[]).await, patient.post(&path, &[]).await)
                };
                assert_eq!(seen.status == 403, !role.may(permission), "{role} {path}: {}", seen.status);
                assert_eq!(theirs.status, 403, "patient {path}");
            }
        }
    }

    async fn garbage_for_an_id_is_a_page_that_does_not_exist(clinic) {
        let browser = clinic.administrator().await;
        for route in routes().table().iter().filter(|route| ["access", "settings", "audit"].contains(&route.capability)) {
            if !route.path.contains("{id}") {
                continue;
            }
            for garbage in ["0", "-1", "abc", "99999999999999999999", "%00", "1%20or%201=1"] {
                let path = route.path.replace("{id}", garbage);
                let op = [("op", "0123456789abcdef0123"), ("reason", "x")];
                let seen = if route.method == "GET" { browser.get(&path).await } else { browser.post(&path, &op).await };
                assert_eq!(seen.status, 404, "{} {path}", route.method);
            }
        }
    }

    async fn pages_take_few_queries(clinic) {
        let browser = clinic.administrator().await;
        for path in ["/account", "/staff", "/staff/1", "/staff/1/edit", "/permissions", "/settings", "/settings/hours",
            "/settings/holidays", "/points", "/visit-reasons", "/audit"] {
            let seen = browser.get(path).await;
            let queries: u32 = seen.expect(200).headers["x-queries"].to_str().unwrap().parse().unwrap();
            assert!(queries <= 6, "{path} takes {queries}");
        }
    }

    async fn the_matrix_is_shown_to_administrators(clinic) {
        let browser = clinic.administrator().await;
        let page = browser.get("/permissions").await;
        assert_eq!(page.texts("#matrix tbody tr").len(), Permission::ALL.len());
        assert_eq!(page.texts("#matrix thead th").len(), Role::ALL.len() + 1);
        assert_eq!(page.texts("#routes tbody tr").len(), routes().table().len());
        let row = Permission::ALL.iter().position(|permission| *permission == Permission::OpenRecords).unwrap();
        let cells = page.texts(&format!("#matrix tbody tr:nth-child({}) td", row + 1));
        let expected: Vec<&str> =
            Role::ALL.iter().map(|role| if role.may(Permission::OpenRecords) { "Yes" } else { "No" }).collect();
        assert_eq!(cells, expected);
    }
}
