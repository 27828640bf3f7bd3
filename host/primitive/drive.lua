---@meta dj

---@class dj.Drive
---@field path string
---@field label? string
---@field serial? string
---@field filesystem string
---@field removable boolean
---@field free integer   bytes
---@field total integer  bytes
---@field state? "locked"|"read_only"|"foreign"|"clone"  what keeps it from being used; none: nothing does
---@field name? string      of an enrolled drive, as people call it
---@field enrolled? string  id that `djscript drives enrol` wrote on it
---@field set? string       its place in a set: "wed"

---@class dj.Laid
---@field path string
---@field bytes integer
---@field sha256 string
---@field read_back "device"|"cache"

--- The drives of this PC.
---
--- Example:
--- ```lua
--- for _, drive in ipairs(dj.drive.list { min_free = "1MB" }) do
---   dj.log.info(drive.path, { free = drive.free })
--- end
--- ```
---@param opts? {removable?: boolean, min_free?: string}
---@return dj.Drive[]
function dj.drive.list(opts) end

--- The plugged drive that was enrolled by that name or id, has that label, or that place in a set; nil where none can be
--- used. Two drives of one label are an error: a label tells no drive from another.
---
--- Example:
--- ```lua
--- local drive = dj.drive.find { enrolled = "AZUL" }
--- if not drive then dj.log.warn("the blue drive is not plugged in") end
--- ```
---@param opts? {enrolled?: string, label?: string, set?: string}
---@return dj.Drive|nil
function dj.drive.find(opts) end

--- The drive that a path lies on.
---
--- Example:
--- ```lua
--- assert(dj.drive.of("/").total > 0)
--- ```
---@param path string
---@return dj.Drive
function dj.drive.of(path) end

--- Copies one file, any file, to a folder of a drive that exists there: temporary name, flush, read back, rename. It never
--- replaces a file. Copies of the store travel with dj.copy.send.
---
--- Example:
--- ```lua
--- local drive = dj.drive.find { enrolled = "AZUL" }
--- if drive then dj.drive.copy("C:/DJ/precos.txt", drive, { name = "precos-novos.txt" }) end
--- ```
---@param path string
---@param drive dj.Drive|string  a drive, its path, or the name that it was enrolled by
---@param opts? {folder?: string, name?: string}
---@return dj.Laid
function dj.drive.copy(path, drive, opts) end

--- Flushes a drive and takes it from the system: when this returns, it may be pulled out. Who still holds it is named:
--- drive.busy.
---
--- Example:
--- ```lua
--- local drive = dj.drive.find { enrolled = "AZUL" }
--- if drive then dj.drive.eject(drive) end
--- ```
---@param drive dj.Drive|string  a drive, its path, or the name that it was enrolled by
function dj.drive.eject(drive) end

--- Gives up the old copies on the drive that a destination is now: they go into the trash there. The newest proven ones
--- stay, and so does every file that is not djscript's. The person at the terminal types the drive's label; from the cron
--- table it is refused.
---
--- Example:
--- ```lua
--- local function clear()
---   local drive = dj.drive.find { enrolled = "AZUL" }
---   if drive then dj.drive.wipe(drive) end
--- end
--- local ok, err = pcall(clear)
--- assert(ok or err:is("confirm.refused"))
--- ```
---@param drive dj.Drive|string  a drive, its path, or the name that it was enrolled by
---@return dj.Copy[]
function dj.drive.wipe(drive) end
