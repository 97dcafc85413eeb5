//! A real browser: Debian's Chromium, headless, through its driver.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::json;

use super::Clinic;

/// A device that looks at the clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    /// 360 × 740, touch.
    Phone,
    /// 1366 × 768.
    Desk,
    /// 1920 × 1080.
    Tv,
}

/// A window of Chromium; closing the story closes it.
pub struct Window {
    /// The driver's client.
    pub page: Client,
    base: String,
    at: String,
    driver: Child,
    profile: tempfile::TempDir,
}

/// Whether a browser is at hand. Where everything is to be tested its absence is a failure.
pub fn is_here() -> bool {
    let here = Command::new("chromedriver").arg("--version").stdout(Stdio::null()).status().is_ok();
    assert!(here || std::env::var("INFIRMARY_TEST_ALL").is_err(), "chromedriver is missing");
    if !here {
        eprintln!("left out: there is no chromedriver (scripts/test installs it)");
    }
    here
}

impl Window {
    /// Opens a window on a device, with or without scripts.
    pub async fn open(clinic: &Clinic, device: Device, scripts: bool) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let profile = tempfile::tempdir().unwrap();
        let mut options = json!({
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
                format!("--user-data-dir={}", profile.path().display()),
                match device {
                    Device::Phone => "--window-size=520,900",
                    Device::Desk => "--window-size=1366,768",
                    Device::Tv => "--window-size=1920,1080",
                },
            ],
        });
        if device == Device::Phone {
            // Without scripts the driver's finger never comes down; there a mouse presses.
            options["mobileEmulation"] = json!({ "deviceMetrics": { "width": 360, "height": 740, "pixelRatio": 2.0, "touch": scripts } });
        }
        if !scripts {
            options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
        }
        let capabilities = json!({ "browserName": "chrome", "goog:chromeOptions": options });
        let serde_json::Value::Object(capabilities) = capabilities else { unreachable!() };
        let page = connect(port, capabilities).await;
        let at = format!("http://127.0.0.1:{port}");
        Window { page, at, base: format!("http://localhost:{}", clinic.address.port()), driver, profile }
    }

    /// Opens a path of the clinic.
    pub async fn goto(&self, path: &str) {
        self.page.goto(&format!("{}{path}", self.base)).await.unwrap();
    }

    /// Types into the field with this name, in place of what stood there.
    pub async fn fill(&self, name: &str, text: &str) {
        let selector = format!("main [name=\"{name}\"]");
        let field = self.page.find(Locator::Css(&selector)).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses what the selector finds first.
    pub async fn press(&self, selector: &str) {
        self.press_at(Locator::Css(selector)).await;
    }

    /// Presses the link or button that reads like this.
    pub async fn press_words(&self, words: &str) {
        let xpath = format!(
            "//main//*[self::a or self::button or self::label or self::summary][contains(normalize-space(.), \"{words}\")]"
        );
        self.press_at(Locator::XPath(&xpath)).await;
    }

    /// Presses as a person does: what a fixed bar covers is brought to the middle first.
    async fn press_at(&self, what: Locator<'_>) {
        let found = self.page.find(what).await.unwrap_or_else(|error| panic!("{what:?}: {error}"));
        let element = serde_json::to_value(&found).unwrap();
        let middle = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        self.page.execute(middle, vec![element]).await.unwrap();
        found.click().await.unwrap();
    }

    /// The text of the first thing the selector finds, waiting for it up to ten seconds.
    pub async fn text(&self, selector: &str) -> String {
        let wait = self.page.wait().at_most(Duration::from_secs(10));
        wait.for_element(Locator::Css(selector)).await.unwrap().text().await.unwrap()
    }

    /// Waits up to ten seconds until the text of what the selector finds contains `words`.
    pub async fn reads(&self, selector: &str, words: &str) {
        let mut last = String::new();
        for _ in 0..100 {
            if let Ok(element) = self.page.find(Locator::Css(selector)).await {
                last = element.text().await.unwrap_or_default();
                if last.contains(words) {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let source = self.page.source().await.unwrap_or_default();
        panic!("{selector} never read {words:?}, at last {last:?}\n{source}");
    }

    /// The path at which the window stands.
    pub async fn path(&self) -> String {
        self.page.current_url().await.unwrap().path().to_owned()
    }

    /// Signs in with everybody's password.
    pub async fn sign_in(&self, name: &str) {
        self.goto("/sign-in").await;
        self.fill("name", name).await;
        self.fill("password", super::PASSWORD).await;
        self.press("main form button[type=submit]").await;
    }

    /// Runs a script before those of every page to come.
    pub async fn on_every_page(&self, script: &str) {
        let session = self.page.session_id().await.unwrap().unwrap();
        let command =
            json!({ "cmd": "Page.addScriptToEvaluateOnNewDocument", "params": { "source": script } });
        let to = format!("{}/session/{session}/goog/cdp/execute", self.at);
        let answer = reqwest::Client::new().post(to).body(command.to_string()).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    /// The id of what has the focus.
    pub async fn focused(&self) -> String {
        let id =
            self.page.execute("return document.activeElement ? document.activeElement.id : ''", vec![]).await;
        id.unwrap().as_str().unwrap_or_default().to_owned()
    }

    /// Closes the window and its driver.
    pub async fn close(mut self) {
        self.end().await;
    }

    /// Closes the window and hands out every file that the browser left behind.
    pub async fn left_behind(mut self) -> Vec<(String, Vec<u8>)> {
        self.end().await;
        files_in(self.profile.path())
    }

    async fn end(&mut self) {
        let _ = self.page.clone().close().await;
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn files_in(folder: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(files_in(&entry.path())),
            Ok(kind) if kind.is_file() => {
                let content = std::fs::read(entry.path()).unwrap_or_default();
                found.push((entry.path().display().to_string(), content));
            }
            _ => {}
        }
    }
    found
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.driver.kill();
    }
}

async fn connect(port: u16, capabilities: serde_json::Map<String, serde_json::Value>) -> Client {
    let mut last = String::new();
    for _ in 0..50 {
        let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
        builder.capabilities(capabilities.clone());
        match builder.connect(&format!("http://127.0.0.1:{port}")).await {
            Ok(client) => return client,
            Err(error) => last = error.to_string(),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("no browser: {last}");
}
