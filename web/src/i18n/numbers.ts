const formats = new Map<string, Intl.NumberFormat>();

/** Returns the format of numbers. Formats are kept: they are slow to make, and each cell of a grid of frames needs one. */
export function numberFormat(locale: string, options?: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = options ? locale + JSON.stringify(options) : locale;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, options);
    formats.set(key, format);
  }
  return format;
}
