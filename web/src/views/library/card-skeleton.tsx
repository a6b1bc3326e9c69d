import { Skeleton } from "../../ui/skeleton";
import "./card-skeleton.css";

/** The grey shape of a card, of the same size. */
export function CardSkeleton() {
  return (
    <li class="card-skeleton" aria-hidden="true">
      <div class="card-skeleton-poster" />
      <div class="card-skeleton-lines">
        <Skeleton width="70%" />
        <Skeleton width="30%" height="0.8em" />
        <Skeleton width="55%" height="0.8em" />
      </div>
    </li>
  );
}
