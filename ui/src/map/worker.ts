/** The map's worker, served from here: the security policy allows none that is made on the way. */

import { setWorkerUrl } from "maplibre-gl";
import { WORKER_URL } from "./workerurl";

setWorkerUrl(WORKER_URL);
