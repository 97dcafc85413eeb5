//! Who may do what, as the program decides it (ID7).

use crate::access::views::PermissionsPage;
use crate::web::{Answer, Page, html};

/// The matrix of roles and permissions, and the table of routes.
pub async fn index(page: Page) -> Answer {
    let routes = crate::app::routes().table().to_vec();
    html(PermissionsPage { page, routes })
}
