//! Whom somebody looks for, and whose page is open, is not kept by the browser of a shared machine (experience X3).

use infirmary::access::model::Role;
use infirmary::web::form::new_op;

use crate::support::ADA;
use crate::support::Browser;

/// Searches in the form of a page; where it led and what was found there.
async fn searched(desk: &Browser, page: &str, selector: &str, text: &str) -> (String, String) {
    let seen = desk.get(page).await;
    let to = desk.submit(&seen, selector, &[("q", text)]).await.expect(303).leads_to().unwrap();
    let found = desk.get(&to).await.expect(200).text("main");
    (to, found)
}

both! {
    async fn a_search_for_a_person_leaves_no_name_in_an_address(clinic) {
        let all = [Role::Receptionist, Role::Pharmacist, Role::Cashier, Role::LabAttendant];
        let desk = clinic.signed_in("desk", &all).await;
        let ada = clinic.registered(&desk, ADA).await;
        clinic.visitor("Ngozi Eze").await;
        let pages = [
            ("/patients", "form.filters", "/patients"),
            ("/patients", "form.find", "/search"),
            ("/appointments", "form.filters", "/appointments"),
            ("/prescriptions", "form.scan", "/prescriptions"),
            ("/billing", "#search", "/billing"),
            ("/lab/health-records", "form.filters", "/lab/health-records"),
        ];
        for (page, form, answers) in pages {
            let (to, found) = searched(&desk, page, form, " Adéṣínà ").await;
            assert_eq!(to, format!("{answers}?sought=1"), "{page} {form}");
            assert!(page == "/appointments" || found.contains("Ògúntádé"), "{page}: {found}");
            assert!(!found.contains("Ngozi"), "{page}");
        }
        let arrivals = desk.get("/arrivals").await;
        let found = desk.submit(&arrivals, "#scan-form", &[("code", "ngo")]).await;
        assert_eq!(found.leads_to().unwrap(), "/arrivals?sought=1");
        assert!(desk.follow(found).await.text("#found").contains("Ngozi Eze"));
        // The way back to another page finds what was looked for there, and filters stay.
        assert!(desk.get("/patients?sought=1").await.text("main").contains("Adéṣínà"));
        let seen = desk.get("/patients").await;
        let narrow = desk.submit(&seen, "form.filters", &[("q", "ade"), ("kind", "public")]).await;
        assert_eq!(narrow.leads_to().unwrap(), "/patients?sought=1&kind=public");
        assert!(desk.follow(narrow).await.links("tbody a").is_empty());
        // A number still leads straight there, nothing typed lists everybody, and another's cookie finds nothing.
        let number = desk.submit(&seen, "form.filters", &[("q", "19/52HA001")]).await;
        assert_eq!(desk.get(&number.leads_to().unwrap()).await.leads_to().unwrap(), format!("/patients/{ada}"));
        assert_eq!(searched(&desk, "/patients", "form.filters", " ").await.0, "/patients?");
        let other = clinic.receptionist().await;
        assert_eq!(other.get("/patients?sought=1").await.expect(200).links("tbody a").len(), 2);
    }

    async fn who_is_not_found_is_registered_with_what_was_typed(clinic) {
        let desk = clinic.receptionist().await;
        let arrivals = desk.get("/arrivals").await;
        let typed = [
            ("Zaïnab  Bello", ["Zaïnab", "Bello", "", ""]),
            ("Bello, Zaïnab Ọmọ", ["Zaïnab Ọmọ", "Bello", "", ""]),
            ("Bello", ["", "Bello", "", ""]),
            ("26/52ha777", ["", "", "26/52HA777", ""]),
            ("0803 111 2233", ["", "", "", "0803 111 2233"]),
            ("X7", ["", "", "", ""]),
        ];
        for (text, expected) in typed {
            let found = desk.submitted(&arrivals, "#scan-form", &[("code", text), ("op", &new_op())]).await;
            let onward = desk.submit(&found, "#found .empty form", &[]).await;
            assert_eq!(onward.expect(303).leads_to().unwrap(), "/patients/new?sought=1");
            let page = desk.follow(onward).await;
            let form = page.form("#person", &[]).1;
            let value = |name: &str| form.iter().find(|(field, _)| field == name).unwrap().1.clone();
            assert_eq!(["given_names", "family_name", "matric_number", "phone"].map(value), expected, "{text}");
        }
        // Of the patients' own list likewise; the button without a search leads to an empty form.
        let list = desk.submitted(&desk.get("/patients").await, "form.filters", &[("q", "Zaïnab Bello")]).await;
        let page = desk.submitted(&list, "#results .empty form", &[]).await;
        assert!(page.form("#person", &[]).1.contains(&("family_name".to_owned(), "Bello".to_owned())));
        let plain = desk.get(&arrivals.links(".page-head a")[0]).await;
        assert!(plain.form("#person", &[]).1.contains(&("family_name".to_owned(), String::new())));
        // Who may not register is not led there.
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let list = nurse.submitted(&nurse.get("/patients").await, "form.filters", &[("q", "Zaïnab")]).await;
        assert!(!list.has("#results form"));
    }

    async fn the_next_page_of_a_search_names_nobody(clinic) {
        let desk = clinic.receptionist().await;
        for at in 0..26 {
            clinic.visitor(&format!("Ada Obi{}", char::from(b'a' + at))).await;
        }
        let seen = desk.get("/patients").await;
        let first = desk.submitted(&seen, "form.filters", &[("q", "ada")]).await;
        assert_eq!(first.links("tbody a").len(), 25);
        let more = first.links(".pagination a").remove(0);
        assert!(more.contains("sought=1") && !more.contains("q="), "{more}");
        assert!(!more.contains("ada") && !more.contains("obi"), "the last patient's name goes on: {more}");
        let all = desk.get("/patients").await.links(".pagination a").remove(0);
        assert!(!all.contains("obi"), "{all}");
        assert_eq!(desk.get(&more).await.links("tbody a").len(), 1);
    }

    async fn a_search_leads_nowhere_else(clinic) {
        let desk = clinic.receptionist().await;
        for to in ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere", "", "/;Domain=a.b", "x\r\nSet-Cookie: a=b"] {
            let led = desk.post("/find", &[("to", to), ("q", "ada")]).await.expect(303).leads_to().unwrap();
            assert!(led.starts_with("/?"), "{to}: {led}");
        }
        for q in ["a;b=c", "\r\nSet-Cookie: a=b", "é\u{10FFFF}", "%", "a&state=all"] {
            let led = desk.post("/find", &[("to", "/patients"), ("q", q)]).await;
            let found = desk.follow(led).await;
            assert_eq!(found.expect(200).form("form.filters", &[]).1[1], ("q".to_owned(), q.trim().to_owned()));
        }
        let student = clinic.patient("Ada Obi").await;
        clinic.signed_in_patient(student, "ada").await.post("/find", &[("to", "/patients"), ("q", "a")]).await.expect(403);
    }

    async fn the_title_of_a_page_names_no_patient(clinic) {
        let desk = clinic.signed_in("all", &[Role::Receptionist, Role::Doctor]).await;
        let id = clinic.registered(&desk, ADA).await;
        let seen = desk.get(&format!("/patients/{id}")).await;
        assert!(seen.expect(200).text("title").starts_with("Patient P-000001"));
        assert!(seen.text("h1").contains("Adéṣínà") && !seen.text("title").contains("Adéṣínà"));
    }
}
