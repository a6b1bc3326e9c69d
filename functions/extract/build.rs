//! Lets this crate's tests, and the function under `cargo lambda watch`, find the FFmpeg that they were
//! linked with. On Lambda it is in the layer, where the loader finds it without help.

fn main() {
    println!("cargo::rerun-if-env-changed=FFMPEG_DIR");
    if let (Ok("debug"), Ok(ffmpeg)) =
        (std::env::var("PROFILE").as_deref(), std::env::var("FFMPEG_DIR"))
    {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{ffmpeg}/lib");
    }
}
