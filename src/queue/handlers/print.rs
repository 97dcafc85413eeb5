//! The slip and the poster.

use axum::extract::State;

use crate::app::App;
use crate::queue::model::VisitId;
use crate::queue::store::places;
use crate::queue::views::print::{PosterPage, Qr, SlipPage};
use crate::web::request::Id;
use crate::web::{Answer, Error, Page, html, paths};

/// The slip of a visit.
pub async fn slip(State(app): State<App>, page: Page, Id(visit): Id<VisitId>) -> Answer {
    let slip = places::slip(&app.db, visit).await?.ok_or(Error::NotFound)?;
    html(SlipPage::new(page, slip, &app.config.public_url))
}

/// The poster at the door. The first look of a day makes the day's code.
pub async fn poster(State(app): State<App>, page: Page) -> Answer {
    let day = page.today();
    let code = match places::door_code(&app.db, day).await? {
        Some(code) => code,
        None => {
            let code = format!("{:06}", rand::random_range(0..1_000_000));
            places::keep_door_code(&app.db, day, &code, page.now).await?;
            places::door_code(&app.db, day).await?.unwrap_or(code)
        }
    };
    let address = format!("{}{}", app.config.public_url, paths::queue::check_in_with(&code));
    let qr = Qr::of(&address, "Link to check in");
    html(PosterPage { page, code, address, qr })
}
