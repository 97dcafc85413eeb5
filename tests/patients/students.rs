//! Students and the university.

use crate::support::ada_but;

both! {
    async fn the_university_is_kept_and_students_are_filtered_by_it(clinic) {
        let admin = clinic.administrator().await;
        let add = async |what: &str, name: &str, more: &[(&str, &str)]| {
            let page = admin.get("/university").await;
            let fields: Vec<(&str, &str)> = [("what", what), ("name", name)].iter().chain(more).copied().collect();
            admin.submit(&page, "#add", &fields).await
        };
        add("faculty", "Science", &[]).await.expect(303);
        assert_eq!(add("faculty", "Science", &[]).await.expect(422).errors(), ["There is one of this name already"]);
        let faculty = clinic.count("select id from faculty").await.to_string();
        assert_eq!(add("department", "Physics", &[]).await.expect(422).errors(), ["Choose the faculty of the department"]);
        add("department", "Physics", &[("faculty", &faculty)]).await.expect(303);
        add("level", "100 level", &[("position", "100")]).await.expect(303);
        add("session", "2025/2026", &[]).await.expect(303);
        add("session", "2026/2027", &[]).await.expect(303);
        for _ in 0..2 {
            let page = admin.get("/university").await;
            let id = clinic.count("select max(id) from academic_session where not is_current").await;
            admin.submit(&page, &format!("#session-{id}"), &[("do", "current")]).await.expect(303);
            assert_eq!(clinic.count("select count(*) from academic_session where is_current").await, 1);
        }
        let department = clinic.count("select id from department").await.to_string();
        let level = clinic.count("select id from study_level").await.to_string();
        let new = admin.get("/patients/new").await;
        assert!(new.has("#session_id option[selected]"), "the current session is chosen");
        clinic.registered(&admin, &ada_but(&[("department_id", &department), ("level_id", &level)])).await;
        clinic.student("Ben Obi", "19/52HA002").await;
        for (filter, count) in [
            (String::new(), 2),
            (format!("faculty={faculty}"), 1),
            (format!("department={department}"), 1),
            (format!("level={level}&department={department}"), 1),
            ("level=999".to_owned(), 0),
            ("activated=yes".to_owned(), 0),
            ("state=deactivated".to_owned(), 0),
        ] {
            let list = admin.get(&format!("/students?{filter}")).await;
            assert_eq!(list.expect(200).texts("tbody tr").len(), count, "{filter}");
            let queries: u32 = list.headers["x-queries"].to_str().unwrap().parse().unwrap();
            assert!(queries <= 6, "{queries}");
        }
    }

    async fn what_is_out_of_use_stays_with_those_who_have_it(clinic) {
        let admin = clinic.administrator().await;
        let page = admin.get("/university").await;
        admin.submit(&page, "#add", &[("what", "level"), ("name", "500"), ("position", "500")]).await.expect(303);
        let level = clinic.count("select id from study_level").await.to_string();
        let id = clinic.registered(&admin, &ada_but(&[("level_id", &level)])).await;
        let page = admin.get("/university").await;
        admin.submit(&page, &format!("#level-{level}"), &[("do", "off")]).await.expect(303);
        // A stale page changes nothing.
        admin.submit(&page, &format!("#level-{level}"), &[("do", "save"), ("name", "600")]).await.expect(409);
        assert_eq!(admin.get("/patients/new").await.texts("#level_id option"), ["None"]);
        let edit = admin.get(&format!("/patients/{id}/edit")).await;
        assert_eq!(edit.text("#level_id option[selected]"), "500");
        assert!(clinic.count("select count(*) from audit_entry where action like 'university.%'").await >= 2);
        clinic.receptionist().await.get("/university").await.expect(403);
    }

    async fn the_current_session_stays_in_use_and_departments_go_with_their_faculty(clinic) {
        let admin = clinic.administrator().await;
        for (what, name) in [("session", "2026/2027"), ("faculty", "Science")] {
            let page = admin.get("/university").await;
            admin.submit(&page, "#add", &[("what", what), ("name", name)]).await.expect(303);
        }
        let session = format!("#session-{}", clinic.count("select id from academic_session").await);
        let faculty = clinic.count("select id from faculty").await.to_string();
        let page = admin.get("/university").await;
        let fields = [("what", "department"), ("name", "Physics"), ("faculty", faculty.as_str())];
        admin.submit(&page, "#add", &fields).await.expect(303);
        let page = admin.get("/university").await;
        admin.submit(&page, &session, &[("do", "current")]).await.expect(303);
        let page = admin.get("/university").await;
        let refused = admin.submit(&page, &session, &[("do", "off")]).await;
        assert!(refused.expect(422).errors()[0].starts_with("2026/2027 is the current session"), "{:?}", refused.errors());
        let desk = clinic.receptionist().await;
        assert!(desk.get("/patients").await.body.contains("Science: Physics"));
        let page = admin.get("/university").await;
        admin.submit(&page, &format!("#faculty-{faculty}"), &[("do", "off")]).await.expect(303);
        assert!(!desk.get("/patients").await.body.contains("Science: Physics"));
    }
}
