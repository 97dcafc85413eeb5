//! A browser without scripts: keeps cookies, reads forms from pages and submits them as a person would.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::cookie::Jar;
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use scraper::{ElementRef, Html, Selector};

/// One browser with its cookies.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    base: String,
    jar: Arc<Jar>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The status as a number.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub body: String,
    /// The path that was asked for.
    pub path: String,
}

impl Browser {
    /// A fresh browser for the clinic at `address`.
    pub fn new(address: SocketAddr) -> Self {
        let jar = Arc::new(Jar::default());
        let client = Client::builder()
            .pool_idle_timeout(std::time::Duration::from_secs(5))
            .redirect(Policy::none())
            .cookie_provider(Arc::clone(&jar))
            .build()
            .unwrap();
        Browser { client, base: format!("http://localhost:{}", address.port()), jar }
    }

    /// The cookies it would send, as one header.
    pub fn cookies(&self) -> String {
        use reqwest::cookie::CookieStore;
        let url = self.base.parse().unwrap();
        self.jar.cookies(&url).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// The full address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A request of one's own making.
    pub fn request(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// Sends a request and reads all of the answer.
    pub async fn send(&self, request: RequestBuilder, path: &str) -> Seen {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Seen { status, headers, body: answer.text().await.unwrap_or_default(), path: path.to_owned() }
    }

    /// Opens a page; redirects are not followed.
    pub async fn get(&self, path: &str) -> Seen {
        self.send(self.request(reqwest::Method::GET, path), path).await
    }

    /// Opens a page and follows redirects.
    pub async fn open(&self, path: &str) -> Seen {
        let seen = self.get(path).await;
        self.follow(seen).await
    }

    /// Follows redirects to the page they lead to.
    pub async fn follow(&self, mut seen: Seen) -> Seen {
        for _ in 0..5 {
            let Some(to) = seen.leads_to() else { return seen };
            seen = self.get(&to).await;
        }
        panic!("redirected in a circle: {}", seen.path);
    }

    /// Posts fields as they are.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        self.post_from(path, path, fields).await
    }

    /// Posts fields from a page.
    async fn post_from(&self, page: &str, path: &str, fields: &[(&str, &str)]) -> Seen {
        let body = serde_urlencoded::to_string(fields).unwrap();
        let request = self
            .request(reqwest::Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("referer", self.url(page))
            .body(body);
        self.send(request, path).await
    }

    /// Fills in the form that `selector` finds on the page and submits it; nothing is followed.
    pub async fn submit(&self, page: &Seen, selector: &str, fields: &[(&str, &str)]) -> Seen {
        let (action, pairs) = page.form(selector, fields);
        let pairs: Vec<(&str, &str)> =
            pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post_from(&page.path, &action, &pairs).await
    }

    /// Submits and follows to the page it leads to.
    pub async fn submitted(&self, page: &Seen, selector: &str, fields: &[(&str, &str)]) -> Seen {
        let seen = self.submit(page, selector, fields).await;
        self.follow(seen).await
    }
}

impl Seen {
    /// Where a redirect leads.
    pub fn leads_to(&self) -> Option<String> {
        let to = self.headers.get("location")?.to_str().ok()?;
        (300..400).contains(&self.status).then(|| to.to_owned())
    }

    fn document(&self) -> Html {
        Html::parse_document(&self.body)
    }

    /// The text of everything a selector finds, with blanks folded.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let document = self.document();
        document.select(&parse(selector)).map(text_of).collect()
    }

    /// The text of the one thing a selector finds.
    pub fn text(&self, selector: &str) -> String {
        let texts = self.texts(selector);
        assert_eq!(
            texts.len(),
            1,
            "{selector} finds {} things on {} ({}):\n{}",
            texts.len(),
            self.path,
            self.status,
            self.body
        );
        texts.into_iter().next().unwrap()
    }

    /// Whether a selector finds anything.
    pub fn has(&self, selector: &str) -> bool {
        self.document().select(&parse(selector)).next().is_some()
    }

    /// An attribute of the first thing a selector finds.
    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        self.document().select(&parse(selector)).next()?.value().attr(name).map(str::to_owned)
    }

    /// The addresses of all links a selector finds.
    pub fn links(&self, selector: &str) -> Vec<String> {
        let document = self.document();
        document
            .select(&parse(selector))
            .filter_map(|link| link.value().attr("href"))
            .map(str::to_owned)
            .collect()
    }

    /// Whether the page holds these characters anywhere, in attributes and scripts too, but as a
    /// word of their own: three letters stand in every hundredth random token, too.
    pub fn says(&self, word: &str) -> bool {
        let in_token = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        self.body.match_indices(word).any(|(at, _)| {
            let (before, after) = (&self.body[..at], &self.body[at + word.len()..]);
            !before.chars().next_back().is_some_and(|c| in_token(&c))
                && !after.chars().next().is_some_and(|c| in_token(&c))
        })
    }

    /// The messages of the error summary.
    pub fn errors(&self) -> Vec<String> {
        self.texts("#error-summary li")
    }

    /// The page's heading.
    pub fn heading(&self) -> String {
        self.text("h1")
    }

    /// Says that the status is this one, with the page when it is not.
    #[track_caller]
    pub fn expect(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}\n{}", self.path, self.body);
        self
    }

    /// A form's address and what a browser would send: the fields as they stand, then `changes`.
    pub fn form(&self, selector: &str, changes: &[(&str, &str)]) -> (String, Vec<(String, String)>) {
        let document = self.document();
        let form = document.select(&parse(selector)).next().unwrap_or_else(|| {
            panic!("no form {selector} on {} ({}):\n{}", self.path, self.status, self.body)
        });
        let action = form.value().attr("action").unwrap_or(&self.path).to_owned();
        let mut pairs = fields_of(form);
        for (name, _) in changes {
            pairs.retain(|(field, _)| field != name);
        }
        pairs.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        (action, pairs)
    }
}

fn fields_of(form: ElementRef<'_>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for field in form.select(&parse("input[name], textarea[name], select[name]")) {
        let element = field.value();
        let name = element.attr("name").unwrap().to_owned();
        let kind = element.attr("type").unwrap_or("text");
        let value = match element.name() {
            "textarea" => field.text().collect(),
            "select" => {
                let chosen = field.select(&parse("option[selected]")).next();
                let first = || field.select(&parse("option")).next();
                match chosen.or_else(first) {
                    Some(option) => {
                        option.value().attr("value").map_or_else(|| text_of(option), str::to_owned)
                    }
                    None => continue,
                }
            }
            _ if matches!(kind, "checkbox" | "radio") && element.attr("checked").is_none() => continue,
            _ => element.attr("value").unwrap_or_default().to_owned(),
        };
        pairs.push((name, value));
    }
    pairs
}

fn parse(selector: &str) -> Selector {
    Selector::parse(selector).unwrap_or_else(|error| panic!("{selector}: {error}"))
}

fn text_of(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}
