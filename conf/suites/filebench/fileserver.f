# SPDX-License-Identifier: GPL-2.0-or-later
#
# Whole files are written, appended to, read and deleted by 16 threads for 60 seconds.
set $dir=/zolkit-bench
set $nthreads=16
set $nfiles=1000

define fileset name=bigfileset,path=$dir,size=64k,entries=$nfiles,dirwidth=20,prealloc=80

define process name=server,instances=1
{
  thread name=server-thread,memsize=1m,instances=$nthreads
  {
    flowop createfile name=create,filesetname=bigfileset,fd=1
    flowop writewholefile name=write,srcfd=1,fd=1,iosize=64k
    flowop closefile name=close1,fd=1
    flowop openfile name=open1,filesetname=bigfileset,fd=1
    flowop appendfilerand name=append,iosize=16k,fd=1
    flowop closefile name=close2,fd=1
    flowop openfile name=open2,filesetname=bigfileset,fd=1
    flowop readwholefile name=read,fd=1,iosize=64k
    flowop closefile name=close3,fd=1
    flowop deletefile name=delete,filesetname=bigfileset
    flowop statfile name=stat,filesetname=bigfileset
  }
}

run 60
