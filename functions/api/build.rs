//! Embeds the page: writes a table of the files that `make page` has built to `web/dist`, as `page_table.rs`.
//!
//! Next to a file may be its compressed forms, with the endings `.br` and `.gz`.

use std::{
    collections::BTreeSet,
    env, fs, io,
    path::{Path, PathBuf},
};

/// The files that are not in `assets`, with the names of their constants. Each has a route of its own.
const NAMED: [(&str, &str); 2] = [("SHELL", "index.html"), ("ICON", "favicon.svg")];

fn main() {
    // relative to this package, so that two checkouts with one target folder embed their own page each
    let dist = Path::new("../../web/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    let written = table(dist).and_then(|table| {
        let folder = env::var_os("OUT_DIR").ok_or("cargo has not set OUT_DIR")?;
        let path = PathBuf::from(folder).join("page_table.rs");
        fs::write(path, table).map_err(|error| error.to_string())
    });
    if let Err(reason) = written {
        println!("cargo::error={reason}");
    }
}

/// Returns the table as Rust code.
fn table(dist: &Path) -> Result<String, String> {
    let not_built = |error: io::Error| {
        format!("the page is not built ({}: {error}). Build it with: make page", dist.display())
    };
    let assets = dist.join("assets");
    let files = names(&assets).map_err(not_built)?;
    for name in names(dist).map_err(not_built)? {
        // other programs leave hidden files
        let has_route = NAMED.iter().any(|(_, named)| *named == original(&name));
        if !name.starts_with('.') && name != "assets" && !has_route {
            return Err(format!(
                "no route serves web/dist/{name}. Import the file in web/src instead of keeping it in \
                 web/public, so that it becomes an asset"
            ));
        }
    }
    let mut table = String::new();
    for (constant, name) in NAMED {
        table.push_str(&format!("const {constant}: PageFile = {};\n", entry(dist, name)?));
    }
    let originals: BTreeSet<_> = files.iter().map(|name| original(name)).collect();
    table.push_str("const ASSETS: &[PageFile] = &[\n");
    for name in originals {
        table.push_str(&entry(&assets, name)?);
        table.push_str(",\n");
    }
    table.push_str("];\n");
    Ok(table)
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(folder)?;
    entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

/// Returns the name of the file that this one is a form of.
fn original(name: &str) -> &str {
    name.strip_suffix(".br").or_else(|| name.strip_suffix(".gz")).unwrap_or(name)
}

/// Returns one file of the table, in all its forms.
fn entry(folder: &Path, name: &str) -> Result<String, String> {
    let bytes = |path: &Path| {
        let path = path.canonicalize().map_err(|error| format!("{}: {error}", path.display()))?;
        Ok::<_, String>(format!("include_bytes!({path:?})"))
    };
    let form = |ending: &str| {
        let path = folder.join(format!("{name}{ending}"));
        match path.exists() {
            true => Ok::<_, String>(format!("Some({})", bytes(&path)?)),
            false => Ok("None".to_owned()),
        }
    };
    let (identity, brotli, gzip) = (bytes(&folder.join(name))?, form(".br")?, form(".gz")?);
    Ok(format!(
        "PageFile {{ name: {name:?}, identity: {identity}, brotli: {brotli}, gzip: {gzip} }}"
    ))
}
