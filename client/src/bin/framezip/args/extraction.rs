//! The options of `upload` and `retry` that choose the frames. The contract validates their values.

use crate::exit::UsageError;
use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use framezip_contract::{
    Extraction, ExtractionOptions, FieldError, Fit, Format, Fraction, Position, TilesOptions,
};

const FITS: [&str; 3] = ["inside", "cover", "fill"];

const FORMATS: [&str; 3] = ["jpeg", "png", "webp"];

// the headings of the groups in `--help`
const FRAMES: &str = "Choice of frames";
const IMAGES: &str = "Size and format";
const EXTRAS: &str = "Extras";

#[derive(Debug, Args)]
pub struct ExtractionArgs {
    /// The interval between frames, such as 2, 0.5 or 1001/30000
    #[arg(long, help_heading = FRAMES, value_name = "SECONDS", group = "choice")]
    pub every: Option<Fraction>,
    /// The number of frames per second, such as 1, 0.2 or 30000/1001
    #[arg(long, help_heading = FRAMES, value_name = "N", group = "choice")]
    pub fps: Option<Fraction>,
    /// The number of frames, which are evenly spread
    #[arg(long, help_heading = FRAMES, value_name = "N", group = "choice")]
    pub count: Option<u32>,
    /// The frames at these times, such as 5,00:01:02.5,50%
    #[arg(long, help_heading = FRAMES, value_name = "TIMES", value_delimiter = ',', group = "choice")]
    pub at: Option<Vec<Position>>,
    /// Every keyframe
    #[arg(long, help_heading = FRAMES, group = "choice")]
    pub keyframes: bool,
    /// The first frame of each scene; a scene starts where the picture changes by at least this amount,
    /// 0.01 to 1, such as 0.3
    #[arg(long, help_heading = FRAMES, value_name = "THRESHOLD", group = "choice")]
    pub scenes: Option<f64>,
    /// Choose frames from this time on: seconds, a timecode or a percentage
    #[arg(long, help_heading = FRAMES, value_name = "TIME")]
    pub from: Option<Position>,
    /// Choose frames before this time
    #[arg(long, help_heading = FRAMES, value_name = "TIME")]
    pub to: Option<Position>,
    /// The largest width of the images
    #[arg(long, help_heading = IMAGES, value_name = "PIXELS")]
    pub width: Option<u32>,
    /// The largest height of the images
    #[arg(long, help_heading = IMAGES, value_name = "PIXELS")]
    pub height: Option<u32>,
    /// The way to fit an image to a width and a height [default: inside]
    #[arg(long, help_heading = IMAGES, value_parser = PossibleValuesParser::new(FITS).map(fit))]
    pub fit: Option<Fit>,
    /// The format of the images [default: jpeg]
    #[arg(long, help_heading = IMAGES, value_parser = PossibleValuesParser::new(FORMATS).map(format))]
    pub format: Option<Format>,
    /// The quality of JPEG and WebP images, 1 to 100 [default: 85]
    #[arg(long, help_heading = IMAGES, value_name = "Q")]
    pub quality: Option<u8>,
    /// Replace a frame of nearly uniform colour by the next frame that is not
    #[arg(long, help_heading = FRAMES)]
    pub skip_blank: bool,
    /// Add a contact sheet: one image with thumbnails of evenly spread frames [default: 4x5]
    #[arg(long, help_heading = EXTRAS, value_name = "COLUMNSxROWS", require_equals = true, value_parser = grid)]
    pub sheet: Option<Option<TilesOptions>>,
    /// The width of the sheet's thumbnails [default: 320]
    #[arg(long, help_heading = EXTRAS, value_name = "PIXELS", requires = "sheet")]
    pub sheet_width: Option<u32>,
    /// Add a storyboard for the previews of players: images with thumbnails of all frames [default: 10x10]
    #[arg(long, help_heading = EXTRAS, value_name = "COLUMNSxROWS", require_equals = true, value_parser = grid)]
    pub storyboard: Option<Option<TilesOptions>>,
    /// The width of the storyboard's thumbnails [default: 160]
    #[arg(long, help_heading = EXTRAS, value_name = "PIXELS", requires = "storyboard")]
    pub storyboard_width: Option<u32>,
}

impl ExtractionArgs {
    /// Returns the options for the server if they are valid.
    pub fn extraction(&self) -> Result<ExtractionOptions, UsageError> {
        let options = ExtractionOptions {
            every: self.every,
            fps: self.fps,
            count: self.count,
            at: self.at.clone(),
            keyframes: self.keyframes.then_some(true),
            scenes: self.scenes,
            from: self.from,
            to: self.to,
            width: self.width,
            height: self.height,
            fit: self.fit,
            format: self.format,
            quality: self.quality,
            skip_blank: self.skip_blank.then_some(true),
            sheet: tiles(self.sheet, self.sheet_width),
            storyboard: tiles(self.storyboard, self.storyboard_width),
        };
        match Extraction::try_from(options.clone()) {
            Ok(_) => Ok(options),
            Err(invalid) => {
                let errors: Vec<_> = invalid.0.iter().map(option_error).collect();
                Err(UsageError(errors.join("\n")))
            }
        }
    }
}

/// Converts one of [`FITS`]. Clap refuses other values.
fn fit(text: String) -> Fit {
    match text.as_str() {
        "cover" => Fit::Cover,
        "fill" => Fit::Fill,
        _ => Fit::Inside,
    }
}

/// Converts one of [`FORMATS`]. Clap refuses other values.
fn format(text: String) -> Format {
    match text.as_str() {
        "png" => Format::Png,
        "webp" => Format::Webp,
        _ => Format::Jpeg,
    }
}

/// The characters that may separate columns and rows.
pub const GRID_SEPARATORS: [char; 3] = ['x', 'X', '×'];

/// Parses columns and rows, such as `5x4`.
fn grid(text: &str) -> Result<TilesOptions, &'static str> {
    let sides = text
        .split_once(GRID_SEPARATORS)
        .and_then(|(columns, rows)| Some((columns.parse().ok()?, rows.parse().ok()?)));
    let (columns, rows) = sides.ok_or("must be columns and rows, such as 5x4")?;
    Ok(TilesOptions { columns: Some(columns), rows: Some(rows), width: None })
}

/// Returns the options of a sheet or a storyboard, if it is requested.
fn tiles(grid: Option<Option<TilesOptions>>, width: Option<u32>) -> Option<TilesOptions> {
    grid.map(|grid| TilesOptions { width, ..grid.unwrap_or_default() })
}

/// Returns the error of a field as an error of the option that sets it.
fn option_error(FieldError { field, detail }: &FieldError) -> String {
    match field.split_once('.') {
        Some((tiles, "width")) => format!("--{tiles}-width: {detail}"),
        Some((tiles, side)) => format!("--{tiles}: {side} {detail}"),
        None => format!("--{}: {detail}", kebab(field)),
    }
}

/// Converts a camelCase name to the form of an option, such as `skip-blank`.
fn kebab(name: &str) -> String {
    name.chars()
        .flat_map(|c| [c.is_ascii_uppercase().then_some('-'), Some(c.to_ascii_lowercase())])
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct TestCli {
        #[command(flatten)]
        options: ExtractionArgs,
    }

    fn parse(line: &str) -> Result<ExtractionArgs, clap::Error> {
        TestCli::try_parse_from(["framezip"].into_iter().chain(line.split_whitespace()))
            .map(|line| line.options)
    }

    fn options(line: &str) -> ExtractionOptions {
        parse(line).unwrap().extraction().unwrap()
    }

    #[test]
    fn arguments_become_the_options_of_the_contract() {
        let given = options("--at 5,1:02.5,50% --from 1 --width 64 --height 64 --fit cover");
        assert_eq!(given.at.map(|at| at.len()), Some(3));
        assert_eq!(given.fit, Some(Fit::Cover));
        let given = options("--every 1/3 --width 640 --quality 90");
        assert_eq!(given.every, Fraction::new(1, 3));
        assert_eq!((given.width, given.height, given.quality), (Some(640), None, Some(90)));
        let given = options("--scenes 0.3 --format webp --skip-blank");
        assert_eq!((given.scenes, given.skip_blank), (Some(0.3), Some(true)));
        assert_eq!(options(""), ExtractionOptions::default());
    }

    #[test]
    fn fits_and_formats_have_the_names_of_the_contract() {
        for name in FITS {
            let given = options(&format!("--width 64 --height 64 --fit {name}"));
            assert_eq!(serde_json::to_value(given.fit).unwrap(), name);
        }
        for name in FORMATS {
            let given = options(&format!("--format {name}"));
            assert_eq!(serde_json::to_value(given.format).unwrap(), name);
        }
    }

    #[test]
    fn sheets_and_storyboards_need_no_grid() {
        let given = options("--sheet --storyboard=5x4 --storyboard-width 96");
        assert_eq!(given.sheet, Some(TilesOptions::default()));
        let storyboard = TilesOptions { columns: Some(5), rows: Some(4), width: Some(96) };
        assert_eq!(given.storyboard, Some(storyboard));
        let given = options("--sheet-width 200 --sheet");
        let sheet = TilesOptions { width: Some(200), ..TilesOptions::default() };
        assert_eq!((given.sheet, given.storyboard), (Some(sheet), None));
    }

    #[test]
    fn errors_name_the_invalid_options() {
        let line = "--scenes 2 --width 1 --format png --quality 90 --sheet=21x0 --storyboard \
                    --storyboard-width 1";
        let UsageError(text) = parse(line).unwrap().extraction().unwrap_err();
        let starts = [
            "--scenes: must",
            "--width: must",
            "--quality: is for jpeg and webp",
            "--sheet: columns must",
            "--sheet: rows must",
            "--storyboard-width: must",
        ];
        assert_eq!(text.lines().count(), starts.len(), "{text}");
        for (line, start) in text.lines().zip(starts) {
            assert!(line.starts_with(start), "{text}");
        }
    }

    #[test]
    fn fields_are_converted_to_options() {
        let flag = |field: &str| option_error(&FieldError::new(field, "is wrong"));
        assert_eq!(flag("skipBlank"), "--skip-blank: is wrong");
        assert_eq!(flag("sheet.rows"), "--sheet: rows is wrong");
        assert_eq!(flag("storyboard.width"), "--storyboard-width: is wrong");
    }

    #[test]
    fn choices_of_frames_exclude_each_other() {
        let choices =
            ["--every 1", "--fps 1", "--count 1", "--at 1", "--keyframes", "--scenes 0.3"];
        for (n, one) in choices.iter().enumerate() {
            assert!(parse(one).is_ok(), "{one}");
            for other in &choices[..n] {
                assert!(parse(&format!("{one} {other}")).is_err(), "{one} {other}");
            }
        }
    }

    #[test]
    fn invalid_values_are_refused() {
        for line in [
            "--every x",
            "--scenes x",
            "--scenes",
            "--format gif",
            "--fit middle",
            "--sheet=5",
            "--sheet=5x",
            "--sheet=axb",
            "--sheet 5x4",
            "--sheet-width 200",
            "--sheet --storyboard-width 96",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
