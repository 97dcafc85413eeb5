//! The table of routes: every one states who may use it, and nothing can be mounted without saying so.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use futures::future::BoxFuture;

use super::Error;
use super::submission::see_other;
use crate::access::handlers::{confirm, lock, resume};
use crate::access::model::{Actor, Permission};
use crate::access::session;
use crate::app::App;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everyone; no session is read.
    Public,
    /// Everyone; whoever is signed in is known to the page.
    Anyone,
    /// Whoever is signed in.
    SignedIn,
    /// A patient, for the own things.
    Patient,
    /// Any member of staff.
    Staff,
    /// Staff with this permission.
    May(Permission),
}

impl std::fmt::Display for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Access::Public => f.write_str("public"),
            Access::Anyone => f.write_str("anyone"),
            Access::SignedIn => f.write_str("signed in"),
            Access::Patient => f.write_str("patient"),
            Access::Staff => f.write_str("staff"),
            Access::May(permission) => f.write_str(permission.as_str()),
        }
    }
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The capability that owns it.
    pub capability: &'static str,
    /// GET or POST; forms know no other.
    pub method: Method,
    /// The path with its parameters in braces.
    pub path: &'static str,
    /// Who may.
    pub access: Access,
    /// Whether it takes a password that was given within the last minutes.
    pub confirmed: bool,
}

/// What a route's guard asks of whoever comes.
#[derive(Debug, Clone, Copy)]
struct Demand {
    access: Access,
    confirmed: bool,
    /// Whether it is a part of the page at the address above it.
    part: bool,
    /// Whether a form is worth the question for the password; the handler refuses one that is not.
    ready: Ready,
    bounds: Option<Bounds>,
}

impl Demand {
    /// Nothing but the right to come in.
    fn of(access: Access) -> Self {
        Demand { access, confirmed: false, part: false, ready: always, bounds: None }
    }
}

/// Says whether what an address names is closed to who asks, whatever the role allows.
pub type Bounds = for<'a> fn(&'a App, &'a Actor, &'a mut Parts) -> BoxFuture<'a, Result<(), Error>>;

/// Says of the fields of a form whether the password is asked for.
pub type Ready = fn(&[(String, String)]) -> bool;

/// Every form is.
fn always(_: &[(String, String)]) -> bool {
    true
}

/// Routes on their way into the router.
#[derive(Debug)]
pub struct Routes {
    capability: &'static str,
    table: Vec<Route>,
    methods: Vec<(&'static str, Demand, MethodRouter<App>)>,
}

impl Routes {
    /// An empty table of one capability.
    pub fn new(capability: &'static str) -> Self {
        Routes { capability, table: Vec::new(), methods: Vec::new() }
    }

    /// A page. It changes nothing.
    pub fn get<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::GET, path, Demand::of(access), get(handler))
    }

    /// A part of a page, for its script: the page is at the address without the last segment, and whoever goes to the part
    /// itself is led there (ASVS 5.0, 3.2.1).
    pub fn part<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::GET, path, Demand { part: true, ..Demand::of(access) }, get(handler))
    }

    /// A form's target.
    pub fn post<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::POST, path, Demand::of(access), post(handler))
    }

    /// The target of a sensitive form: the password must have been given within the last minutes, or is asked for.
    pub fn post_confirmed<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::POST, path, Demand { confirmed: true, ..Demand::of(access) }, post(handler))
    }

    /// The same for a form with fields of its own: what is not filled in yet is answered before the password is asked for.
    /// The handler must refuse every form of which `ready` says no.
    pub fn post_confirmed_when<H, T>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
        ready: Ready,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::POST, path, Demand { confirmed: true, ready, ..Demand::of(access) }, post(handler))
    }

    /// All of these are closed wherever `bounds` refuses.
    pub fn within(mut self, bounds: Bounds) -> Self {
        for (_, demand, _) in &mut self.methods {
            demand.bounds = Some(bounds);
        }
        self
    }

    fn add(mut self, method: Method, path: &'static str, demand: Demand, router: MethodRouter<App>) -> Self {
        let Demand { access, confirmed, .. } = demand;
        self.table.push(Route { capability: self.capability, method, path, access, confirmed });
        self.methods.push((path, demand, router));
        self
    }

    /// Takes in another capability's routes.
    pub fn merge(mut self, other: Routes) -> Self {
        self.table.extend(other.table);
        self.methods.extend(other.methods);
        self
    }

    /// The table, for the tests, the command line and the page of permissions.
    pub fn table(&self) -> &[Route] {
        &self.table
    }

    /// The router, each route behind its own guard.
    pub fn mount(self, app: &App) -> Router {
        let mut by_path: BTreeMap<&'static str, MethodRouter<App>> = BTreeMap::new();
        for (path, demand, router) in self.methods {
            let guarded = router.route_layer(from_fn_with_state((app.clone(), demand), guard));
            let merged = match by_path.remove(path) {
                Some(present) => present.merge(guarded),
                None => guarded,
            };
            by_path.insert(path, merged);
        }
        by_path
            .into_iter()
            .fold(Router::new(), |router, (path, methods)| router.route(path, methods))
            .with_state(app.clone())
    }
}

/// The page of a part.
fn page_of(part: &str) -> &str {
    part.rsplit_once('/').map(|(page, _)| page).filter(|page| !page.is_empty()).unwrap_or("/")
}

/// Lets a request through when its person may use the route.
async fn guard(State((app, demand)): State<(App, Demand)>, request: Request, next: Next) -> Response {
    if demand.part && request.headers().get("sec-fetch-dest").is_some_and(|dest| dest == "document") {
        return see_other(page_of(request.uri().path())).into_response();
    }
    if demand.access == Access::Public {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    match session::admit(&app, demand.access, &parts).await {
        Ok(None) => next.run(Request::from_parts(parts, body)).await,
        Ok(Some(actor)) if actor.locked && !lock::stays_open(parts.uri.path()) => {
            lock::refuse(&app, parts, body, actor).await
        }
        Ok(Some(actor)) => {
            parts.extensions.insert(actor.clone());
            if let Some(bounds) = demand.bounds
                && let Err(error) = bounds(&app, &actor, &mut parts).await
            {
                return error.into_response();
            }
            if !demand.confirmed {
                return next.run(Request::from_parts(parts, body)).await;
            }
            match confirm::admit(&app, parts, body, &actor, demand.ready).await {
                Ok(request) => next.run(request).await,
                Err(question) => question,
            }
        }
        Err(error @ Error::SignIn { .. }) if resume::is_form(&parts) => {
            resume::interrupted(&app, parts, body, error).await
        }
        Err(error) => error.into_response(),
    }
}
