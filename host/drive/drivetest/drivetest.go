// Package drivetest has drives for tests: devices that lie, break or are pulled out, below real filesystems. It takes root,
// FUSE and loop devices.
package drivetest
