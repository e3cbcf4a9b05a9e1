// What the page says, 中文 and English; those of a verdict's facts are the words of the pages that the endpoint makes.
const WORDS = {
  scan: ['扫码核验', 'Scan a code'],
  scanHelp: ['在本机核验，不上传画面。', 'Checked on this device; no picture leaves it.'],
  start: ['打开摄像头', 'Open the camera'],
  stop: ['关闭摄像头', 'Close the camera'],
  camera: ['摄像头画面', 'Camera picture'],
  looking: ['请把二维码放在画面中', 'Hold the code into the picture'],
  notOurs: ['这个二维码不是证书：没有打开它', 'That code is no certificate: it was not opened'],
  noCamera: ['打不开摄像头。可以选择照片，或输入编码。', 'The camera cannot be opened. Choose a picture, or type the code.'],
  drop: ['也可以把图片或 PDF 拖到这里', 'Or drop a picture or PDF here'],
  reading: ['正在读取…', 'Reading …'],
  liveScan: ['再扫动态码', 'Scan the live code too'],
  liveLooking: ['请把动态码放在画面中', 'Hold the live code into the picture'],
  liveFirst: ['这是动态码，要和证书码一起核验：请再扫证书码。', "This is a live code, which goes with a certificate's: scan that one now."],
  byLive: ['，状态依动态码', ', state by the live code'],
  nothingFound: ['图片中没有找到证书二维码', "No certificate's code was found in the picture"],
  noToken: ['这份 PDF 中没有证书数据', 'There is no certificate in this PDF'],
  pdfPart: ['没有网络：只核验了 PDF 中的证书数据。请将下面的姓名和证件号码与持证人核对，不要相信 PDF 页面上的文字和照片。',
    'No network: only the certificate inside the PDF was checked. Compare what stands below with the person; do not rely on the text and photo of the PDF.'],
  needNetwork: ['现在没有网络，本机也没有可用的数据，不能核验。', 'There is no network and no data on this device: nothing can be checked now.'],
  serverFailed: ['服务器没有回答，请稍后再试。', 'The server did not answer; try again later.'],
  byDevice: ['由本机核验', 'Checked by this device'],
  byServer: ['由服务器核验', 'Checked by the server'],
  data: ['离线数据', 'Offline data'],
  dataAsOf: ['本机数据时间', 'Data on this device of'],
  ago: ['前', 'ago'],
  dataNone: ['本机还没有离线数据', 'No offline data on this device yet'],
  dataFetching: ['正在下载离线数据…', 'Fetching the offline data …'],
  dataKeep: ['保存离线数据', 'Keep the data for offline use'],
  dataUpdate: ['更新离线数据', 'Update the offline data'],
  dataOlder: ['服务器给出的数据比本机的旧，没有采用。', 'The server offered older data than this device has; it was not taken.'],
  dataFailed: ['没有下载到新的数据。', 'No newer data could be fetched.'],
  dataAlien: ['服务器给出的数据不是本机所信任的发证系统的，没有采用。', 'The server offered data of another issuer than the one trusted here; it was not taken.'],
  dataDamaged: ['下载的数据已损坏，没有采用。', 'The data that came is damaged; it was not taken.'],
  offlineReady: ['没有网络时也可以打开本页核验。', 'This page opens and checks without a network.'],
  offlineNot: ['此浏览器不能离线保存本页（例如微信内打开时）。请用手机自带的浏览器打开本页，再添加到主屏幕。',
    'This browser cannot keep this page (an app’s built-in one, perhaps). Open it in the phone’s own browser and add it to the home screen.'],
  result: ['核验结果', 'Result'],
  next: ['再核验一个', 'Check another'],
  compare: ['请将下面的姓名、证件号码末四位与持证人的身份证件核对。', "Compare the name and the last four characters with the person's identity document."],
  notShown: ['未经核实的内容不予显示。', 'What was not verified is not shown.'],
  facts: ['证书', 'Certificate'],
  name: ['姓名', 'Name'],
  document: ['证件号码末四位', 'Document, last four'],
  post: ['岗位', 'Post'],
  deadline: ['续期截止', 'Renewal deadline'],
  issued: ['发证日期', 'Issued'],
  authority: ['主管部门', 'Authority'],
  provider: ['培训机构', 'Provider'],
  number: ['证书编号', 'Number'],
  version: ['版本', 'Version'],
  replacedBy: ['，已被第 # 版替换', ', replaced by version #'],
  daysLeft: ['（还有 # 天）', ' (# days left)'],
  daysPast: ['（已过 # 天）', ' (# days ago)'],
  notes: ['请注意', 'Please note'],
  source: ['依据', 'Source'],
  asOf: ['数据时间', 'Data of'],
  checked: ['核验时间', 'Checked at'],
  days: ['天', 'd'],
  hours: ['小时', 'h'],
  minutes: ['分钟', 'min'],
  seconds: ['秒', 's'],
}

export const lang = document.documentElement.lang.startsWith('en') ? 'en' : 'zh'
const column = lang === 'en' ? 1 : 0

export function say(key, number) {
  return WORDS[key][column].replace('#', number)
}

// A verdict's headline: class, symbol, 中文, English. What a status list cannot tell apart is told together.
const STATES = {
  valid: ['good', '✔', '有效', 'IN FORCE'],
  due: ['good', '✔', '有效（即将到期）', 'IN FORCE, due soon'],
  lapsed: ['bad', '✖', '失效（已过期）', 'LAPSED'],
  suspended: ['bad', '✖', '暂扣', 'SUSPENDED'],
  revoked: ['bad', '✖', '吊销', 'REVOKED'],
  withdrawn: ['bad', '✖', '撤销', 'WITHDRAWN'],
  cancelled: ['bad', '✖', '注销', 'CANCELLED'],
  unknown: ['doubt', '?', '证书是真的，但无法判断是否有效', 'GENUINE, but it cannot be said whether it is in force'],
}
const INVALID = ['bad', '✖', '无效（已被吊销、撤销或注销）', 'NOT VALID (revoked, withdrawn or cancelled)']
const UNREADABLE = ['doubt', '?', '读不出证书', 'UNREADABLE']
const UNKNOWN_ISSUER = ['doubt', '?', '不认识的签发者', 'UNKNOWN ISSUER']
const FORGED = ['bad', '✖', '不是真证', 'NOT AUTHENTIC']
const UNPROVEN = ['doubt', '?', '无法分辨真伪', 'GENUINE OR FORGED: CANNOT BE TOLD']
const NOT_CHECKED = ['doubt', '?', '未能核验', 'NOT CHECKED']

const WHY_NOT = { unreadable: UNREADABLE, format: UNREADABLE, unknown_key: UNKNOWN_ISSUER, unknown_issuer: UNKNOWN_ISSUER, cut_off_unproven: UNPROVEN }

function headlineOfUnproven(v) {
  if (v.in_force === false) return FORGED
  return v.problems.map(({ code }) => WHY_NOT[code]).find(Boolean) ?? NOT_CHECKED
}

// { tone, symbol, own, other }: in the page's language and in the other one.
export function headline(v) {
  const isRough = v.state === 'revoked' && v.status_from !== 'register'
  const [tone, symbol, ...names] = !v.authentic ? headlineOfUnproven(v) : isRough ? INVALID : STATES[v.state]
  return { tone, symbol, own: names[column], other: names[1 - column] }
}

const UNITS = [[86400, 'days'], [3600, 'hours'], [60, 'minutes'], [1, 'seconds']]

export function age(seconds) {
  const s = Math.max(0, seconds)
  const [unit, name] = UNITS.find(([size]) => s >= 2 * size) ?? UNITS[3]
  return lang === 'en' ? `${Math.floor(s / unit)} ${say(name)} ${say('ago')}` : `${Math.floor(s / unit)} ${say(name)}${say('ago')}`
}
