import type { Fit, Format } from "../../api/types";
import { Checkbox } from "../../ui/checkbox";
import { SelectField } from "../../ui/select-field";
import { TextField } from "../../ui/text-field";
import "./more-options.css";
import { hasBothSides } from "./options";
import { problemOf, type OptionsProps } from "./options-form";
import { t } from "./options-messages";

const FITS: readonly Fit[] = ["inside", "cover", "fill"];
const FORMATS: readonly { value: Format; label: string }[] = [
  { value: "jpeg", label: "JPEG" },
  { value: "webp", label: "WebP" },
  { value: "png", label: "PNG" },
];

/** Size and format of the images, the contact sheet and the storyboard. */
export function MoreOptions({ form, read, change }: OptionsProps) {
  return (
    <div class="more-options">
      <div class="more-options-row" role="group" aria-label={t("images")}>
        {(["width", "height"] as const).map((side) => (
          <TextField
            key={side}
            label={t(side)}
            placeholder={t("full")}
            inputMode="numeric"
            autocomplete="off"
            value={form[side]}
            error={problemOf(read, side)}
            onInput={(event) => change({ [side]: event.currentTarget.value })}
          />
        ))}
        {/* without both sides there is nothing to fit */}
        <SelectField
          label={t("fit")}
          options={FITS.map((value) => ({ value, label: t(`fit_${value}`) }))}
          value={hasBothSides(form) ? form.fit : "inside"}
          disabled={!hasBothSides(form)}
          onChange={(fit) => change({ fit })}
        />
        <SelectField label={t("format")} options={FORMATS} value={form.format} onChange={(format) => change({ format })} />
        {/* a PNG is lossless and has no quality */}
        <TextField
          label={t("quality")}
          inputMode="numeric"
          autocomplete="off"
          value={form.format === "png" ? "" : form.quality}
          placeholder={form.format === "png" ? "–" : "85"}
          disabled={form.format === "png"}
          error={problemOf(read, "quality")}
          onInput={(event) => change({ quality: event.currentTarget.value })}
        />
      </div>
      <Checkbox
        label={t("skip_blank")}
        hint={t("skip_blank_hint")}
        checked={form.skipBlank}
        onChange={(skipBlank) => change({ skipBlank })}
      />
      <TilesOptions name="sheet" form={form} read={read} change={change} />
      <TilesOptions name="storyboard" form={form} read={read} change={change} />
    </div>
  );
}

function TilesOptions({ name, form, read, change }: OptionsProps & { readonly name: "sheet" | "storyboard" }) {
  const tiles = form[name];
  return (
    <div class="more-options-tiles">
      <Checkbox
        label={t(name)}
        hint={t(`${name}_hint`)}
        checked={tiles.wanted}
        onChange={(wanted) => change({ [name]: { ...tiles, wanted } })}
      />
      {tiles.wanted && (
        <div class="more-options-row" role="group" aria-label={t(name)}>
          {(["columns", "rows", "width"] as const).map((field) => (
            <TextField
              key={field}
              label={t(field === "width" ? "tile" : field)}
              inputMode="numeric"
              autocomplete="off"
              value={tiles[field]}
              error={problemOf(read, `${name}.${field}`)}
              onInput={(event) => change({ [name]: { ...tiles, [field]: event.currentTarget.value } })}
            />
          ))}
        </div>
      )}
    </div>
  );
}
