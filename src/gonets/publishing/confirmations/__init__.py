"""Letters to who signed up by a form: nobody is subscribed before they answer one."""
