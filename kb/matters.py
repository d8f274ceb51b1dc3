"""The matters that developers ask about: what Convex calls them, and how people speak of them.

A question seldom uses the words of its answer: who lost rows asks for them, not for a restore.
`kb.plain_words` takes from here what a question means.

An entry belongs here where it would help any application on Convex, and where what is said means
that matter in most questions. `benchmarks/retrieval_quality.py` shows what the table gains.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

# Names of the matter, then how it is said: words in their order, with at most two others between.
# They match in all their forms, one with an exclamation mark only as it stands.
_TABLE = """
scheduled functions scheduler: tomorrow | later | delay | in an hour | after a day | in a week |
    minutes after | hours after | days after | day after | minutes later | postpone | remind |
    reminder | background job | queue
cron jobs: every day | every night | nightly! | midnight | weekly! | monthly! | hourly! |
    every week | every month | every hour | every minute | recurring | periodic | regularly |
    daily!
workpool component: job queue | worker | parallelism | limit concurrency
durable workflow component: long running | multi step | several steps | survive crash |
    resume after | saga | takes days
scheduled functions cron jobs: job
document: row! | rows! | entry! | entries!
document field: column | property
database query filter index: where clause | sql | select from
document ids relationships: foreign key | relation | many to many | one to many
compound index on multiple fields: two columns | several columns | two fields | several fields |
    multiple columns
indexes and query performance: slow query | slow list | list slow | query slow | thousand rows |
    many rows | big table | large table | lookup
paginated queries: infinite scroll | load more | paging! | page by page | scroll down |
    endless list | all at once | everything at once | load all
ordering index: newest | latest | sort | order
aggregation count aggregate component: sum | average | total | statistics | how many
ordering with an index take: top ten | leaderboard | ranking list | high score
clear a table delete documents: wipe | empty table | truncate
union literal validator: enum | one of several
optional null validator: nullable
migrations schema: rename field | change schema | change type | existing data | old data |
    new column | evolve
mutation transaction: rollback | undone | all or nothing | atomic
write conflict optimistic concurrency control: race | same time | simultaneous | two users |
    overwrite each other | conflict
dates and times: date | timestamp
int64 float64 data types: bigint | integer | decimal | money amount
transaction limits: limit reached | too many reads | too much data | hits limit
import data preview deployment: seed | sample data | dummy data | test data | fixture
import data into a table: csv | excel | spreadsheet | json file | load file
export backup: dump | download data | download everything | snapshot
backup and restore: lost data | accident | dropped table | recover | disaster | deleted everything
export import backup: copy prod | clone data | prod data to dev
streaming export: warehouse | bigquery | snowflake | fivetran | airbyte | analytics
full text search: search box | typeahead | autocomplete | keyword | while typing! | typo |
    case insensitive | substring | contains word | partial match | like query
vector search embeddings: similar | semantic | recommend | nearest
authentication: login | log in | sign in | sign up | register
single sign-on: okta | company login | corporate login | saml
Convex Auth library: login without | auth without | sign in without | no auth provider |
    google login | github login | magic link | otp | email password
custom OIDC provider authentication: keycloak | cognito | own identity | firebase auth | openid
custom JWT provider: own token | own jwt | issue tokens
user identity in functions: who is logged | current user | who is calling | logged in user
authorization: allowed! | permission | only owner | may see | access control |
    row level security | who can
assuming a user identity: as another user | as other user | impersonate | act as
team members roles: admin | colleague | coworker | employee | teammate | team mate | invite
role actions custom roles: who may | who is allowed to | which role
environment variables: api key | secret | password | credential | dotenv | env file | config value
debugging authentication: signed out | logged out! | null user | unauthenticated | not signed |
    stays logged
service authentication deploy key: service account | machine to machine | backend script |
    worker not user
HTTP action: endpoint | rest | webhook | callback
action fetch: third party api | third party service | stripe | twilio | sendgrid | payment |
    external api
internal functions: private | hide function | not callable | clients can't call | from outside
argument validation: wrong type | check input | bad input | validate!
helper functions: share code | reuse | duplicate code | refactor
error handling: exception | throws! | crash | crashes
logs console: logs! | print | console log | browser console | console output | log output
debugging: breakpoint | debugger | step through
bundling external packages Node.js runtime: npm package | native library | dependency |
    library crashes
Node.js runtime external packages limitations: puppeteer | file system | ffmpeg
bundling code size limits: code too big | bundle size | deploy too large
runtimes: cold start
CLI npx convex command: terminal | command line | shell
HTTP API: plain http | curl | postman | http request
debugging HTTP actions: 404 | not found
determinism in queries: random | current time
caching reactivity consistency: stale | refetch | invalidate | polling | refresh | cache
realtime reactive subscription: stays live | live data | live updates | real time |
    updates itself | by itself | websocket | automatically update
optimistic updates: before server | instantly | immediately show | at once before | flicker |
    feels slow
one-off queries: run once | without subscribing | one time
skip query: don't run query | wait until loaded | conditionally | undefined argument
retries idempotent actions mutations: retry | twice | double | duplicate request | network error
Swift client iOS macOS: iphone | ios | mac | swiftui | xcode | apple
Android Kotlin client: kotlin | jetpack | compose
React Native: mobile | phone app | expo
Python client: django | flask | jupyter
OpenAPI HTTP API clients: golang | java | php | ruby | other language
script tag: html page | no build | without build | cdn
server rendering preload: ssr | server rendered | server rendering | seo | first paint |
    prerender | hydrate
HTTP client Node.js: node script | cli tool
file storage: picture | photo | image | avatar | video | attachment | s3 | bucket | upload
serving files: show image | url of | download link
deleting files: remove file | delete picture
file metadata: mime | content type | checksum | file size
deploy to production: go live | publish | release | ship | launch | put online
preview deployments: pull request | per branch | every branch | feature branch | review app |
    temporary environment
deployment expiration preview deployment: throwaway | short lived | expires
staging environment separate project: staging
hosting frontend deploy: website | host site | static site | frontend hosting
CI deploy key: build pipeline | ci pipeline | continuous | automate deploy | github actions
self hosting: own server | docker | on premises | run it ourselves
local deployments: offline | no internet | without internet | laptop | localhost | own machine |
    my machine | without account
custom domains: own domain | custom url | dns | subdomain
regions: europe | ireland | gdpr | data residency | data stored where | country
pause deployment: pause | turn off deployment | maintenance
billing usage pricing: price | cost | bill | invoice | spend | spent | expensive
usage limits spending limits: quota | too many calls | cap | budget
abuse protection rate limiting: ddos | bot traffic | abuse | attack | hammer | waf | spam
egress IP addresses networking: allowlist | whitelist | ip address | firewall
rate limiting: throttle | too many requests | per user limit
log streams: monitor | datadog | axiom | grafana | metrics
exception reporting: sentry | crash report | bug tracker
audit log deployment history: who did | who changed | what happened when
account security multi-factor authentication profile: two factor | mfa | sessions |
    log out devices
multiple repositories: monorepo | several repos | another repository
deployment URL: server url | server address | backend url
project configuration convex.json: rename folder | move folder
convex-test testing: unit test | mock | fake | vitest | jest
testing with a local backend: end to end | integration test
components: addon | extension | third party module | installed module
AI agent threads messages: bot! | chatbot | assistant | llm | gpt | conversation | chat history
agent LLM context message history: remember | memory | old conversation
tool approval: human approve | confirm before | approval
human agents: customer support | human answer | human agent
retrieval augmented generation RAG: knowledge base | rag
streaming messages deltas: word by word | token by token | stream answer
usage tracking: token usage | tokens used | cost per user
AI code generation rules plugins MCP server: claude code | cursor | copilot | codex |
    coding agent | coding assistant | vibe coding
AI gateway: own api key | model provider | call gpt | call claude
TypeScript types: type of | typescript type
generated code _generated: generated types | generated files | generated code | generated folder |
    codegen
using Convex without generated code: code generator | without codegen | without generated |
    no codegen
agent mode background agents deployment per agent: worktree | parallel agents | cloud agent
contact support community: help | support | ask someone | stuck | contact
vulnerability disclosure contact: security hole | vulnerability | security bug
best practices zen: design rules | guidelines | good practice | principles | architecture
create a project: new project
management API platform APIs: many projects | by script | programmatically create | api to create
files and images in agent messages: send image to bot | picture in chat | image in chat |
    file in chat | attach to message
agent rate limiting token usage: too many tokens | all my tokens | token limit | token budget
agent threads: new conversation | list of chats | chat sessions | continue conversation |
    other chats | previous chats
agent tools: call my functions | model use | function calling | look something up
agent workflows: several agents | multi agent | agent steps
agent playground: try prompts | test prompt | prompt playground
agent debugging LLM requests: sent to the model | raw request | raw prompt
generating an object structured output: json answer | structured output | json from model
AI files rules: agents md | claude md | rules file
MCP server: ai access to data | agent read my data | editor access database
storing users in the database: users table | store users | sync users | user profile table
Authenticated Unauthenticated helper components: protect page | protected route |
    hide when logged | signed in users | login button
debugging authentication token: token expired | session expired | expired token | token refresh
WorkOS AuthKit: b2b | organization accounts
select deployment: switch environment | switch deployment | wrong deployment | which deployment
npx convex logs: follow logs | watch logs | tail logs
npx convex run dashboard function runner: run function from | one off script | run by hand
typecheck performance: typecheck slow | type checking slow | editor slow | tsc slow
deploy keys: deploy from ci | non interactive
loading state undefined useQuery: spinner | loading state | while loading | still loading
connection state WebSocket: connection lost | reconnect | network drops | connection drops |
    is online
preloading data: initial data | pass data from server
Next.js server rendering fetchQuery fetchMutation: server action | route handler |
    server component
reactive queries caching: redux | zustand | state management | client side state
unique index lookup in a mutation: unique | no duplicates | uniqueness | same email twice
insert patch writing data: upsert | insert or update
relationships deleting documents: delete related | delete children | cascade
document IDs: uuid | auto increment | short id
serializing document IDs: id from url | string to id | convert id | url param
_creationTime system fields: created at | creation date | when created
index range: date range | between dates | last week | last days
filtering arrays advanced filtering: array contains | tags array | tags
schema optional schema validation: without schema | schemaless
schema validation: does not match schema | schema error | validator error
record objects: dynamic keys | dictionary | key value | map of
document size limits: big json | large object | document too large
undefined and null values: missing field | null or undefined | empty value
sharded counter aggregate component: denormalize | counter | likes count
triggers mutations: on change | when a row changes | after insert | trigger
import data: from firebase | from supabase | from postgres | from mongodb | from mysql
serializability OCC: stale read | isolation | consistent read
bulk inserts batches: bulk | batch | loop insert | many inserts
execution time limits timeout: timeout | time out | timed out | takes too long | cut off
limits memory runtime: out of memory | memory limit
limits arguments return value size: payload too large | argument too large | response too large
HTTP actions CORS: cors | preflight
runQuery runMutation in actions: from an action | function from function | function calls another
custom functions helpers: middleware | every function | wrap functions
internal functions public functions security: exposed | anyone can call | public api |
    from devtools
application errors ConvexError: error boundary | error to user | friendly error | show error
backwards compatible safe changes: old clients | old tab | stale clients | old version | backwards
parallel ordered mutations actions: in parallel | in sequence | order of calls
file URLs security: private file | protect file | who see file | secret url
upload limits: file too big | large upload
health insights: slow function | performance dashboard | health | success rate
scaling best practices: high traffic | scale | many users
guarantees status: sla | uptime | guarantee
dashboard data page: edit data by hand | change a value manually | admin panel | look at data |
    browse data
deployment history: deploy history | what changed | which version
dashboard projects settings: delete project | transfer project | move project
search index fields: search several fields | search in two fields
search filter fields: facet | filter search | narrow search
fake timers scheduled functions convex-test: advance time | fake clock | fake timer | time travel
convex-test withIdentity authentication: test login | fake user | as a user in test
convex-test t.run modify data: data in test | test fixtures
quickstart: get started | hello world | first app | set up project | start a new
OAuth applications: on behalf of users | users accounts | oauth app
tracking usage per deployment: per tenant | per app usage | charge users
numerical types data types conversion: wrong number | integers arrive | number type
delete deploy key access tokens: leaked key | rotate key | revoke
index range expression fields in order: index order | fields out of order | skip a field
maintaining indexes: hidden cost of index | slower writes | writes slower
installing a component multiple times: two instances | several instances | install twice
function handles: call back into | callback function | pass a function
component transactions rollback: module throws | component throws
personal access tokens: access token | personal token | token for script
agent mode: own backend for agent | sandbox for agent
deployment URL custom domains: change server url | new url later
LLM AI agent: language model | ai model
showing messages in React useUIMessages: render chat | show chat | display conversation
streaming deltas text smoothing: typing effect | jerky
RAG ingesting content parsing PDFs: pdf | feed documents | customer documents
human agents who responds next: hand over | handover | real person
AI gateway: without api key | single api key
AI gateway models: which models | available models | list of models
agent skills: skill | playbook
MCP server production deployments disabling tools: coding agent production | assistant production
GitHub Copilot instructions: vs code assistant | vscode
Clerk factor verification age: verify again | step up | log in again before
storing users in the database webhooks: webhook from clerk | deleted in clerk | mirror users
auth in functions user identity fields: email of user | name of user
agent mode background agents: remote agent | cloud coding | agent in cloud
npx convex dashboard: open dashboard
npx convex env: copy env | env from file | several env
npx convex function-spec: list of functions | list all functions | describe api
npx convex logout login: other account | switch account | wrong account
npx convex update: upgrade convex | newer version
npx convex project create: project without website | project without dashboard |
    project from terminal
npx convex insights: conflicts terminal | limits terminal
Node.js client CommonJS: commonjs | require!
Next.js Pages Router: pages directory | getserversideprops | api route
configuring deployment URL environment variable names: vite env | env undefined in browser |
    connect frontend
why server-side rendering waterfall: waterfall | first load slow | slow first load
Swift type conversion numerical types: codable | decodable | swift number
authoring components: own component | build component | write component | publish component |
    library with tables | own tables
component isolation: component see | component read my | component isolated
logs page filter logs: search logs | filter logs | find in logs
profile account email: change my name | change my email | delete my account
team billing payment: credit card | payment method | billing address
team referrals: refer friend | invite friend
commit timestamp: changed since | order of commits | incremental sync
schema philosophy: why schema | prototype without
system tables _scheduled_functions _storage: list files from code | jobs from code |
    internal tables | metadata tables
import data: migrate from | another database | bring existing
staged indexes backfill: index huge | index large table | deploy hangs | index takes
joins: join table | join two | inner join | combine tables | data from two tables
group by aggregation: group by | per group | grouped
unique first: exactly one | only one result
circular references schema: refer to each other | point to each other
patch replace updating documents: partial update | merge fields | unset field | clear field
bulk inserts or updates: insert rows | insert many | many rows at once | update many
ESLint rules: linter | lint | code style
storing generated files in actions: save generated | store from url | download and store |
    fetch and store
await promises dangling promises: forgot await | forget await | not awaited | floating promise
circular type inference actions: implicitly any | circular type
error reporting differences dev and prod: server error only | hidden error | message missing |
    error text production | generic error
HTTP actions authentication: bearer
Node.js runtime use node: node api | crypto | node module | buffer
running WebAssembly: wasm
return value validation: check output | validate output | returned fields
reusing and extending validators: share validator | pick fields | omit field | same shape
embedding the dashboard: iframe | dashboard to customers | dashboard inside
declaring environment variables: env types | missing env | env at deploy
custom hosting GitHub Pages: github pages | own hosting | cloudflare pages
audit logging: tamper | compliance | audit trail
deleting an integration: remove integration | integration fails
legacy event schema: old log format | log format
securing webhook log streams: verify logs | hmac
making safe changes: rename function | old arguments | breaking change | deploy breaks
configuring the Node.js version: node version | newer node
migrating between regions: change region | move region | move to eu
deployment classes concurrency: concurrent functions | bigger machine | more power
cron jobs run overlap: previous run | still running | runs overlap | skipped run
cron schedules UTC: timezone | time zone | daylight
search relevance order: best match | order of results
custom roles: read only access | restrict member | forbid member | may deploy
SSO verify domain certificates: certificate
continuous integration GitHub Actions tests: tests in ci | tests on every push |
    tests automatically
mocking fetch calls: fake api | stub fetch | mock api
test coverage: coverage
tutorial chat app: walkthrough | beginner | example app
redundant indexes: unused index | duplicate index | index prefix
runAction crossing runtimes: action from action | action calls action
check generated code into version control: commit generated | gitignore
dev workflow: development loop | day to day | hot reload
dashboard: web console | web interface | admin console | control panel | web ui | admin interface
production deployment: live system | live site | live app | live one | live server |
    live version | live environment | real users | in prod | live deployment
development deployment: own copy | my copy | test server | dev server
deploy npx convex deploy push code: push code | code pushed | upload code | roll out | rollout
delete: throw away | get rid | erase | purge | drop
client: frontend | front end | browser code
query functions: read function | fetch function | getter
mutation functions: write function | save function | setter
arguments: parameter | params
return values undefined null: returns nothing | return nothing | no return | without return
document types Doc: type of a row | row type | type of one row | type of a document | table type
system fields WithoutSystemFields: without id | before inserted | not stored yet
schema page generated schema: guess | guessed | inferred | infer from data | derive schema
schema page diagram: diagram | picture of tables | tables point | draw tables | visualise
AI agent tools LLM: model call | model look | let the model | model use | model may | model stop
LLM context prompt: model see | model forget | model know | given to the model
LLM: the model answer | model reply | reply of the model
agent rate limiting token usage: allowance | eat up | use up my tokens | too many messages |
    per chatter
agent usage tracking billing: charge customer | bill customer | charge for ai | pay for ai
agent streaming: as it is written | piece by piece | partial answer
agent human agents: pass to a person | staff answer | take over the chat
agent files: see an image | send pdf to model
generated code _generated: underscore folder | never wrote | generated by convex | did not write
OpenAPI HTTP API clients: swagger | rest client | typed client
availability durability guarantees: outage | downtime | goes down | be up! | is up! |
    up and running | machine dies | lose data | data loss | reliable
streaming export analytics warehouse: reports! | reporting | business intelligence | olap |
    dashboards for business
bundling bundle size debug: fat | bloat | which library makes | shrink bundle
function runner dashboard: try a function | try out | call by hand | test by hand |
    execute by hand
functions page metrics: how often called | cache rate | cache ratio | invocations |
    slowest function
request ID debugging logs: code from error | error code | number in error | trace an error
logs retention log streams: keep logs | old logs | logs vanish | older logs | logs gone |
    history of logs
deployment history audit log: pushed code last | who touched | who deployed | who pushed |
    touched setting
data page dashboard edit: rows in the browser | change many rows | edit in the browser |
    by hand in table
schedules page cancel scheduled: call off | cancel job | abort job | stop planned | waiting jobs |
    pending jobs | still waiting | unschedule
scheduled functions: planned | put off | deferred | timed! | set a timer | after a while do
npx convex data: print rows | show rows | peek | list tables | rows in terminal
typecheck disable: without tsc | skip tsc | without typecheck | skip typecheck |
    ignore type errors
dashboard deployments switching: jump between | go between | change between
local deployments tunnel: reach my laptop | webhook on laptop | reach localhost | ngrok
access tokens deploy keys: employee left | left the company | leaves the team | offboard
AI files guidelines: outdated code | old syntax | wrong code from ai | hallucinate | writes old
preloading prefetch loader: hover | prefetch | load ahead | load before | warm up
subscription staying subscribed: keep listening | stop listening | unsubscribe | unmount |
    navigate away | come back to
limits: maximum | at most | upper bound | ceiling
mutation ordering queue: overtake | in order | one after the other | hits twice | double click
client side routing pages login: some screens | some pages need | certain pages | parts of the app
transactions consistency: half done | partly written | half written | inconsistent
error handling retries: fails sometimes | randomly fails | flaky
action errors at most once: run again | automatically retried | will it be retried
pagination cursor: next page | batches of rows | chunks of rows | bit by bit | in pieces
reactive pagination gapless: list jumps | items shift | page sizes change
indexes withIndex: speed up | faster query | find quickly | without scanning | full scan |
    scan the table
reading data get by ID: look up by id | fetch by key | one by key
writing data insert: save a | store a | create a row | add a row
patch update document: change one value | set one field | edit a row
nested objects arrays: list inside | embedded list | nested list | array in a row
relationship helpers: each has many | link two | connect two tables
soft delete: undelete | trash
data model validators: field types | allowed values | shape of data
application errors ConvexError: tell the user why | error message to | show why
internal functions: hidden from clients | keep private | only my server
HTTP actions httpRouter: incoming request | receive post | receive event | route for | serve html
HTTP action response streaming: send a file back | custom headers | status code
environment variables process.env: configuration value | different value per | settings per
default environment variables: same value everywhere | new deployments get
deploy key: token for build | build server | non interactively
npx convex dev: start developing | watch files | keeps running
project: new app | second app
preview deployments: each pull request | test a branch | branch copy
custom domains: hostname | vanity
multiple deployments: another environment | more environments | third environment
regions: closer to users | latency | near my users
self hosting: own hardware | own cloud | own infrastructure
billing plans upgrade: free plan | starter | upgrade plan | downgrade
teams roles: give someone access | remove somebody | share with a colleague
client authentication token: send the token | pass token | attach token
auth debugging: not recognised | null identity | identity is null
Convex Auth Clerk Auth0 WorkOS: which auth provider | which login | choose auth
custom auth integration: own auth | home grown
user identity tokenIdentifier subject: unique user
users table storing: own copy of users | profile data
React hooks useQuery useMutation: hook | component reads
ConvexProvider client setup: wrap app | where is client created
Next.js App Router server components: server rendered page | server side page
testing convex-test: without server | in memory | quick tests
testing backend: against the real | real backend | real server
components sandbox isolation: package with tables
convex-helpers: utility library | helper library
file storage storage ID: file reference | keep file
HTTP upload multipart: send file | form upload
search index full text: look for words | find text | find by name
vector search: find alike | looks alike | closest meaning
Kotlin Swift type conversion: decode | deserialize | parse number
BigInt int64: big integers | large integers | 64 bit
best practices: common mistakes | should i avoid | pitfalls | anti pattern
zen of Convex: think about | philosophy | mindset
tutorial: learn | course | step by step
production best practices checklist: before going live | ready for users
dynamic agent definition runtime: different model per | change the model | swap model |
    prompt per user
contextHandler LLM context: extra messages | trim history | summarise history | shorten history
LLM tracing OpenTelemetry debugging: trace model | observe model | trace the llm
deleting threads messages: delete conversation | clear the chat | delete all chats
message ordering: wrong order in chat | order of replies
generating images agent files: generate image | draw picture
saving user message without generating a reply: don't answer automatically
RAG ingesting content: my own documents | answer from documents | search my documents
agent workflows workpool load balancing: model calls at once | model overloaded
AI gateway usage billing: cost of model | charged for model | pay for model
MCP server security limit access: what can the ai see | ai touch production | keep the ai away
dev and prod instances auth provider: separate login for production | login works only in dev
custom claims JWT: extra fields in token | own fields in token | claims
applicationID audience JWT: audience | token of another app
waiting for current user to be stored: user not there yet | before user is stored
deploy build command: build then deploy | before the build
npx convex import replace append: overwrite table | append rows | replace rows
connection state WebSocket: offline banner | show offline | is connected
client debug logging: verbose | debug output of client
query names file paths: name of function path | folder of functions | nested folders
component environment variables: settings for component | config of component
component HTTP routes: component endpoint | component webhook
testing components: test a component | test plugin
health failure rate: how many errors | error rate | fail how often
scheduler status lag health: jobs late | jobs delayed | runs late | backlog
deleting account: close my account | delete my account | leave the service
backup limitations: not in backup | backup contains | backup include
nested documents vs relationships: nest or | embed or reference | separate table or
restore backup emergency: roll back data | go back in time | yesterday's data
transforming paginated results: change items of page | join in page
ordering of different types of values: sort mixed | nulls first | compare types
transaction headroom limits: how much left | close to the limit | near the limit
function limits transactions: how many rows can | read too much | scan too many
HTTP action routing httpPrefix: wildcard | dynamic route | path parameter | url pattern
extracting TypeScript types Infer: type from validator | infer type | derive type
literals unions validator: fixed set | one of these | limited choice | discriminated
any validator: accept anything | untyped field | arbitrary json | any shape
optional fields: may be missing | sometimes missing | not required
platform API pushing code: deploy by api | deploy programmatically | deploy for customers
system environment variables: built in variable | own url in function | which deployment am i
installing packages on the server: packages on server | install dependency on server
TypeScript compiler configuration: tsconfig | compiler option
deployment classes limits: more memory | more compute | dedicated
concurrent function executions limits: calls at once | at the same moment | in parallel how many
separate table for vectors: store vectors | where to put embeddings | store embeddings
vector search filter expressions: nearest only for user | similar within | narrow down similar
search index limits: how many results | result limit
convex-test limitations: can't be tested | differs from real | mock differs
testing HTTP actions: test my endpoint | test webhook
best practices indexes filter: filter slow | why not filter
query caching: computed again | recompute | recalculated | runs every time
consistency across queries: out of sync | different states | two parts show |
    contradicting numbers
reactivity subscriptions: server push | notified | push updates | notify the browser
undo rollback of deploy: go back to old code | undo deploy | revert release
schema validation existing documents: deploy refused | old rows do not fit | rows do not match
optional migration backfill: fill in new column | fill the old rows | default value |
    convert all rows
sync engine offline: work offline | without connection
ctx.runMutation in actions transaction: several mutations in a row | two writes from action
action best practices client: call action from browser | start with mutation
scheduling immediately runAfter: in the background | fire and forget
canceling scheduled functions: stop a job | cancel a reminder
cron schedules: first of month | mondays | interval
runtime crons component: schedule per user | user chooses time | schedules from users
exactly once execution guarantees: exactly once | at most once | ran twice | executed twice
internalMutation npx convex run migration: one time script | fix data once
log in with GitHub CLI account: convex account | cli asks login | log into cli
anonymous development: without signing up | try without account
deployment names: random name | what does the name mean | rename my deployment
default project environment variables: env for every preview | env in new branches
preview deployment data: preview is empty | preview data | fill preview
Vercel Netlify environment deploy key: vercel build | netlify build | build fails on vercel
site URL convex.site: two urls | which url | site or cloud | base url
CORS preflight HTTP actions: blocked by browser | cross origin | different origin
webhook signature verification: verify sender | signature | who sent
custom headers cookies HTTP actions: cookie
session ID anonymous users: anonymous | guest | not registered | without login
multi tenant organizations: tenant | organisation | workspace of customer | several companies
presence component: who is online | typing indicator | cursors
geospatial component: map | near me | location | distance
rate limiter component: limit per user | slow down users
email Resend component: newsletter | email provider
push notifications component Expo: push notification | notify phone
payments Stripe Polar component: subscription plan | checkout
collaborative editor ProseMirror component: collaborative | google docs | rich text
aggregate component: rank of | position in list | percentile
migrations component: big migration | migrate millions
action cache component: cache external | remember result of api
triggers convex-helpers: keep two tables | computed field | derived data
row level security helpers: rule per row | rules like firestore | policies
Zod validation helpers: zod | regex check | email format
ESLint explicit table IDs rules: codemod | autofix
TypeScript circular types any: became any | types lost | type is any
React useQuery undefined loading: undefined at first
conditional fetching skip: query depends on another | wait for other query
useMutation error handling: catch error in component | rejected promise
optimistic updates localStore: show before saved | jumps back
Next.js preloadQuery: fetch on server then live | server first then live
Expo environment React Native setup: metro | ios app with react
HTTP API JSON format: number format json | raw http
function spec OpenAPI: openapi | generate client
"""


@dataclass(frozen=True, slots=True)
class Matter:
    """What the documentation calls something, and how people speak of it."""

    name: str
    said: tuple[str, ...]

    @property
    def text(self) -> str:
        """How people speak of it, as one text."""
        return ", ".join(self.said).replace("!", "")


@cache
def matters() -> tuple[Matter, ...]:
    """All of the table, in its order."""
    rows = _TABLE.strip().replace("\n    ", " ").splitlines()
    split = [row.partition(": ") for row in rows]
    return tuple(Matter(name, tuple(said.split(" | "))) for name, _, said in split)
