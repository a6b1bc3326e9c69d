import { SearchX } from "lucide";
import { messages } from "../../i18n";
import { href } from "../../router";
import { EmptyState } from "../../ui/empty-state";

const t = messages({
  heading: ["Page not found", "Página não encontrada"],
  title: ["There is nothing at this address", "Não há nada neste endereço"],
  back: ["Go to your videos", "Ir para os seus vídeos"],
});

/** The view of an address that leads nowhere. */
export function UnknownPage() {
  return (
    <>
      <h1 class="visually-hidden">{t("heading")}</h1>
      <EmptyState icon={SearchX} title={t("title")}>
        <p>
          <a href={href({ view: "home" })}>{t("back")}</a>
        </p>
      </EmptyState>
    </>
  );
}
