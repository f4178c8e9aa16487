/** The second part of the page code: what a first look at the view does not need. */

export { fieldsOf, listsOf } from "../lists";
export { problemsOf } from "../problems";
export { parse, Search } from "../search";
export { BreakForm, Breakpoints } from "./Breakpoints";
export { Caption } from "./Caption";
export { Dots } from "./Dots";
export { DropForm } from "./DropForm";
export { CodeTab } from "./detail/CodeTab";
export { ContextTab } from "./detail/ContextTab";
export { MessageTree } from "./detail/MessageTree";
export { MutationWords } from "./detail/MutationWords";
export { PrintedTab } from "./detail/PrintedTab";
export { StateTab } from "./detail/StateTab";
export { WhyTab } from "./detail/WhyTab";
export { EditForm } from "./EditForm";
export { Empty } from "./Empty";
export { Find } from "./Find";
export { Help } from "./Help";
export { take } from "./logItems";
export { Matrix } from "./Matrix";
export { LogMenu, QueueMenu, ViewMenu } from "./menus";
export { ProblemCount, Problems } from "./Problems";
export { SearchField } from "./SearchField";
export { SendForm } from "./SendForm";
export { SpaceTime } from "./SpaceTime";
export { AgentDetail, SubscriptionDetail, TopicDetail, TypeDetail } from "./ThingDetail";
export { Watches, WatchForm } from "./Watches";
